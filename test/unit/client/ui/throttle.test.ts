import { describe, expect, it } from 'vitest';
import { Throttle } from '../../../../client/ui/throttle.js';
import { FakeClock } from '../../../helpers/fake-clock.js';

function throttled(): { clock: FakeClock; throttle: Throttle; runsUs: () => number[] } {
  const clock = new FakeClock(0);
  const runs: number[] = [];
  const throttle = new Throttle(clock, 200_000, () => runs.push(clock.nowUs()));
  return { clock, throttle, runsUs: () => runs };
}

describe('Throttle', () => {
  it('runs at once, then not before the interval is over', () => {
    const { clock, throttle, runsUs } = throttled();
    throttle.request();
    throttle.request();
    clock.advance(199_999);
    throttle.request();
    expect(runsUs()).toEqual([0]);
    clock.advance(1);
    expect(runsUs()).toEqual([0, 200_000]);
  });

  it('does not run when nothing was asked for', () => {
    const { clock, throttle, runsUs } = throttled();
    throttle.request();
    clock.advance(1_000_000);
    expect(runsUs()).toEqual([0]);
    throttle.request();
    expect(runsUs()).toEqual([0, 1_000_000]);
  });

  it('runs at most 5 times a second, however often it is asked', () => {
    const { clock, throttle, runsUs } = throttled();
    for (let ms = 0; ms < 1000; ms++) {
      throttle.request();
      clock.advance(1_000);
    }
    expect(runsUs()).toEqual([0, 200_000, 400_000, 600_000, 800_000, 1_000_000]);
  });

  it('forgets what was asked for when cancelled', () => {
    const { clock, throttle, runsUs } = throttled();
    throttle.request();
    throttle.request();
    throttle.cancel();
    clock.advance(1_000_000);
    expect(runsUs()).toEqual([0]);
    expect(clock.pending).toBe(0);
  });
});
