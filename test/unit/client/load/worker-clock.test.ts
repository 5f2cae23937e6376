import { describe, expect, it } from 'vitest';
import { WorkerClock, readAnchor } from '../../../../client/load/worker-clock.js';
import { SystemClock } from '../../../../shared/clock.js';

describe('WorkerClock', () => {
  it('shows what the clock shows that its anchor was read from, however far that is from its own', () => {
    const system = new SystemClock();
    const shifted = { ...NO_TIMERS, nowUs: () => system.nowUs() + 3_600_000_000 };
    const clock = new WorkerClock(readAnchor(shifted));
    const beforeUs = shifted.nowUs();
    const nowUs = clock.nowUs();
    const afterUs = shifted.nowUs();
    // A thread may be interrupted between the two clocks of an anchor.
    expect(nowUs).toBeGreaterThan(beforeUs - 5000);
    expect(nowUs).toBeLessThan(afterUs + 5000);
    expect(Number.isInteger(nowUs)).toBe(true);
  });
});

const NO_TIMERS = { wallUs: () => 0, schedule: () => () => undefined };
