import { beforeEach, describe, expect, it } from 'vitest';
import { OwnDelay } from '../../../../shared/bench/own-delay.js';
import { LatencyHistogram } from '../../../../shared/histogram.js';
import { FakeClock } from '../../../helpers/fake-clock.js';

describe('OwnDelay', () => {
  let clock: FakeClock;
  let own: OwnDelay;
  let span: { fromUs: number; toUs: number } | null;
  beforeEach(() => {
    clock = new FakeClock();
    span = { fromUs: clock.nowUs(), toUs: clock.nowUs() + 10_000_000 };
    own = new OwnDelay(
      clock,
      () => new LatencyHistogram(),
      () => span,
    );
    own.begin();
  });

  /** The event loop does nothing else for so long. */
  function stopFor(us: number): void {
    clock.sleep(us);
    clock.advance(0);
  }

  it('is nothing where timers are on time', () => {
    clock.advance(10_000_000);
    expect(own.end()).toBe(0);
    expect(clock.pending).toBe(0);
    expect(own.end()).toBeUndefined();
  });

  it('counts a stop with every timer that was due in it', () => {
    clock.advance(5_000_000);
    stopFor(1_000_000);
    clock.advance(4_000_000);
    // The latest five of 500 timers were due in the first tenth of the stop.
    expect(own.end()).toBeGreaterThan(890_000);
  });

  it('counts the last stop, although the window is over before its timers run', () => {
    clock.advance(9_000_000);
    clock.sleep(1_000_000);
    expect(own.end()).toBeGreaterThan(890_000);
  });

  it('counts nothing outside the window, nor where that is not known', () => {
    clock.advance(10_000_000);
    stopFor(5_000_000);
    expect(own.end()).toBe(0);
    span = null;
    own.begin();
    stopFor(1_000_000);
    expect(own.end()).toBeUndefined();
  });

  it('counts nothing of a hidden page, whose timers browsers hold up', () => {
    clock.advance(5_000_000);
    own.onHidden(true);
    stopFor(2_000_000);
    own.onHidden(false);
    clock.advance(3_000_000);
    expect(own.end()).toBe(0);
  });
});
