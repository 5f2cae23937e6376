import { describe, expect, it } from 'vitest';
import { counterText, drawFrame, SAMPLE } from '../../../../server/sample/picture.js';
import { readCounter } from '../../../helpers/read-counter.js';

describe('drawFrame', () => {
  it('draws the same bytes for the same index, RGB24', () => {
    const picture = drawFrame(7);
    expect(picture).toHaveLength(SAMPLE.width * SAMPLE.height * 3);
    expect(picture.equals(drawFrame(7))).toBe(true);
  });

  it('is back at the first picture after 360 frames', () => {
    expect(drawFrame(360).equals(drawFrame(0))).toBe(true);
    expect(drawFrame(361).equals(drawFrame(1))).toBe(true);
  });

  it('moves from the last frame to the first as far as just before and just after', () => {
    const before = change(358, 359);
    expect(before).toBeGreaterThan(0);
    expect(Math.abs(change(359, 360) / before - 1)).toBeLessThan(0.01);
    expect(Math.abs(change(0, 1) / before - 1)).toBeLessThan(0.01);
  });

  it.each([0, 1, 9, 10, 123, 206, 359])('shows its number: %i', (index) => {
    expect(readCounter(drawFrame(index), SAMPLE.width, SAMPLE.height)).toBe(index);
  });

  it('counts modulo the length of the loop', () => {
    expect(counterText(5)).toBe('FRAME 005');
    expect(counterText(365)).toBe('FRAME 005');
  });
});

describe('readCounter', () => {
  it('finds no number where there is none', () => {
    expect(readCounter(new Uint8Array(SAMPLE.width * SAMPLE.height * 3), SAMPLE.width, SAMPLE.height)).toBeUndefined();
  });
});

/** Sum of the differences of two frames above the panel, where no counter counts. */
function change(from: number, to: number): number {
  const [before, after] = [drawFrame(from), drawFrame(to)];
  const end = SAMPLE.width * 500 * 3;
  let sum = 0;
  for (let i = 0; i < end; i += 1) sum += Math.abs(before[i]! - after[i]!);
  return sum;
}
