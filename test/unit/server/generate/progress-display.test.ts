import { describe, expect, it } from 'vitest';
import { ProgressDisplay } from '../../../../server/generate/progress-display.js';
import { FakeClock } from '../../../helpers/fake-clock.js';

function displayOf(isTTY: boolean, columns = 80) {
  const clock = new FakeClock();
  const written: string[] = [];
  const output = { isTTY, columns, write: (text: string) => void written.push(text) };
  return { display: new ProgressDisplay('bars.mp4', 200, output, clock), clock, written };
}

describe('ProgressDisplay', () => {
  it('draws a bar on a terminal, ten times a second at most, and takes it away', () => {
    const { display, clock, written } = displayOf(true);
    clock.advance(50_000);
    display.update(1);
    clock.advance(950_000);
    display.update(50);
    display.end();
    expect(written).toEqual([
      '\r\u001b[K[------------------------] 0 % of bars.mp4, frame 0 of 200',
      '\r\u001b[K[######------------------] 25 % of bars.mp4, frame 50 of 200, 3s left',
      '\r\u001b[K',
    ]);
  });

  it('is never wider than the terminal', () => {
    const { written } = displayOf(true, 20);
    expect(written[0]).toBe('\r\u001b[K[------------------');
  });

  it('writes a line every ten seconds elsewhere', () => {
    const { display, clock, written } = displayOf(false);
    display.update(1);
    clock.advance(10_000_000);
    display.update(100);
    clock.advance(1_000_000);
    display.update(110);
    display.end();
    expect(written).toEqual(['50 % of bars.mp4, frame 100 of 200, 10s left\n']);
  });
});
