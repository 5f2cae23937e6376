import { describe, expect, it } from 'vitest';
import { ClockWatch } from '../../../../shared/protocol/clock-watch.js';
import { FakeClock } from '../../../helpers/fake-clock.js';

const HOUR_US = 3_600_000_000;

describe('ClockWatch', () => {
  it('is quiet while both clocks run on together', () => {
    const clock = new FakeClock();
    const watch = new ClockWatch(clock);
    expect(watch.check()).toBe(false);
    clock.advance(10 * HOUR_US);
    expect(watch.check()).toBe(false);
  });

  it('does not mind clocks that were apart from the start', () => {
    const clock = new FakeClock();
    clock.stepWall(HOUR_US);
    expect(new ClockWatch(clock).check()).toBe(false);
  });

  it.each([
    ['a sleep', HOUR_US],
    ['a wall clock set back', -HOUR_US],
  ])('notices %s, once', (_what, stepUs) => {
    const clock = new FakeClock();
    const watch = new ClockWatch(clock);
    clock.stepWall(stepUs);
    expect(watch.check()).toBe(true);
    expect(watch.check()).toBe(false);
  });

  it('leaves alone what is not above the threshold', () => {
    const clock = new FakeClock();
    const watch = new ClockWatch(clock);
    clock.stepWall(50_000);
    expect(watch.check()).toBe(false);
    clock.stepWall(50_001);
    expect(watch.check()).toBe(true);
  });

  it('takes the threshold it is given', () => {
    const clock = new FakeClock();
    const watch = new ClockWatch(clock, 10);
    clock.stepWall(-11);
    expect(watch.check()).toBe(true);
  });

  it('does not add up what moved between earlier checks', () => {
    const clock = new FakeClock();
    const watch = new ClockWatch(clock);
    for (let i = 0; i < 100; i += 1) {
      clock.stepWall(1000);
      expect(watch.check()).toBe(false);
    }
  });
});
