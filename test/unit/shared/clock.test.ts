import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SystemClock } from '../../../shared/clock.js';

describe('SystemClock', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('counts whole microseconds since the epoch', () => {
    vi.useRealTimers();
    const clock = new SystemClock();
    const [before, now, after] = [Date.now(), clock.nowUs(), Date.now()];
    expect(Number.isSafeInteger(now)).toBe(true);
    // The wall clock may have been adjusted since the process started, but hardly by a minute.
    expect(now / 1000).toBeGreaterThan(before - 60_000);
    expect(now / 1000).toBeLessThan(after + 60_000);
  });

  it('never goes back', () => {
    vi.useRealTimers();
    const clock = new SystemClock();
    let last = clock.nowUs();
    for (let i = 0; i < 100_000; i += 1) {
      const now = clock.nowUs();
      if (now < last) throw new Error(`went from ${last} to ${now}`);
      last = now;
    }
  });

  it('does not follow the wall clock when that is set', () => {
    const clock = new SystemClock();
    const before = clock.nowUs();
    const wallBefore = clock.wallUs();
    vi.setSystemTime(Date.now() + 3_600_000);
    expect(clock.nowUs()).toBe(before);
    expect(clock.wallUs() - wallBefore).toBe(3_600_000_000);
  });

  it.each([
    [1000, 1],
    [1, 1],
    [1001, 2],
    [33_366, 34],
    [0, 0],
    [-5, 0],
  ])('runs what is scheduled in %d us after %d ms, once', (delayUs, delayMs) => {
    const callback = vi.fn();
    new SystemClock().schedule(delayUs, callback);
    if (delayMs > 0) {
      vi.advanceTimersByTime(delayMs - 1);
      expect(callback).not.toHaveBeenCalled();
    }
    vi.advanceTimersByTime(1);
    expect(callback).toHaveBeenCalledOnce();
    vi.advanceTimersByTime(100_000);
    expect(callback).toHaveBeenCalledOnce();
  });

  it('does not run what was cancelled, and cancels twice without harm', () => {
    const callback = vi.fn();
    const cancel = new SystemClock().schedule(1000, callback);
    cancel();
    cancel();
    vi.advanceTimersByTime(10);
    expect(callback).not.toHaveBeenCalled();
  });

  it('waits for weeks, where Node would run a longer timer at once', () => {
    const callback = vi.fn();
    const cancel = new SystemClock().schedule(100 * 86_400 * 1_000_000, callback);
    vi.advanceTimersByTime(20 * 86_400 * 1000);
    expect(callback).not.toHaveBeenCalled();
    cancel();
  });
});
