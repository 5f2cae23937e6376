import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RateMeter } from '../../../../server/sources/rate-meter.js';

const START_US = 1_700_000_000_000_000;
const SECOND_US = 1_000_000;

describe('the rate', () => {
  it('is not known before the window was filled once', () => {
    const meter = new RateMeter(5 * SECOND_US, START_US);
    for (let i = 0; i < 50; i += 1) meter.add(1, START_US + i * 100_000);
    expect(meter.rate(START_US + 5 * SECOND_US - 1)).toBeNull();
    expect(meter.rate(START_US + 5 * SECOND_US)).toBe(10);
  });

  it('goes down step by step when no more frames come, to nothing', () => {
    const meter = new RateMeter(5 * SECOND_US, START_US);
    for (let i = 0; i < 100; i += 1) meter.add(1, START_US + i * 100_000);
    const after = [10, 10.5, 12, 14.5, 15, 100].map((s) => meter.rate(START_US + s * SECOND_US));
    expect(after).toEqual([10, 9, 6, 1, 0, 0]);
  });

  it('is that of the frames in the whole parts of the window, whatever came and whenever it is asked', () => {
    const arrivals = fc.array(fc.record({ gapUs: fc.nat(8 * SECOND_US), frames: fc.nat(9) }), { maxLength: 50 });
    fc.assert(
      fc.property(arrivals, fc.integer({ min: 10, max: 20 * SECOND_US }), (steps, windowUs) => {
        const meter = new RateMeter(windowUs, START_US);
        const seen: { part: number; frames: number }[] = [];
        let nowUs = START_US;
        for (const { gapUs, frames } of steps) {
          nowUs += gapUs;
          meter.add(frames, nowUs);
          const part = Math.floor(((nowUs - START_US) * 10) / windowUs);
          seen.push({ part, frames });
          const inWindow = seen.filter((each) => each.part < part && each.part >= part - 10);
          const total = inWindow.reduce((sum, each) => sum + each.frames, 0);
          expect(meter.rate(nowUs)).toBe(part < 10 ? null : (total * SECOND_US) / windowUs);
        }
      }),
    );
  });
});
