import { beforeEach, describe, expect, it } from 'vitest';
import { EventLoopDelay } from '../../../../server/statistics/event-loop-delay.js';
import { FakeClock } from '../../../helpers/fake-clock.js';
import { FakeDelayHistogram } from '../../../helpers/fake-delay-histogram.js';

describe('EventLoopDelay', () => {
  let clock: FakeClock;
  let histogram: FakeDelayHistogram;
  let delay: EventLoopDelay;
  beforeEach(() => {
    clock = new FakeClock();
    histogram = new FakeDelayHistogram();
    delay = new EventLoopDelay(clock, histogram);
  });

  it('is 0 while nothing was measured, and where timers came early', () => {
    expect(delay.figures()).toEqual({ p50Us: 0, p99Us: 0, maxUs: 0 });
    histogram.intervalsMs = [19];
    expect(delay.figures()).toEqual({ p50Us: 0, p99Us: 0, maxUs: 0 });
  });

  it('is by how much timers of 20 ms came late', () => {
    histogram.intervalsMs = [20, 21, 23, 70];
    expect(delay.figures()).toEqual({ p50Us: 1000, p99Us: 3000, maxUs: 50_000 });
  });

  it('is the worse of two windows of ten seconds', () => {
    histogram.intervalsMs = [21, 25, 90];
    clock.advance(10_000_000);
    expect(histogram.intervalsMs).toEqual([]);
    expect(delay.figures()).toEqual({ p50Us: 5000, p99Us: 5000, maxUs: 70_000 });
    histogram.intervalsMs = [22, 28, 30];
    expect(delay.figures()).toEqual({ p50Us: 8000, p99Us: 8000, maxUs: 70_000 });
    clock.advance(10_000_000);
    expect(delay.figures()).toEqual({ p50Us: 8000, p99Us: 8000, maxUs: 10_000 });
  });

  it('stops measuring', () => {
    expect(histogram.isEnabled).toBe(true);
    delay.close();
    expect(histogram.isEnabled).toBe(false);
    expect(clock.pending).toBe(0);
  });
});

it('measures a real event loop that is held up', async () => {
  const delay = new EventLoopDelay(new FakeClock());
  while (delay.figures().maxUs < 100_000) {
    const untilMs = performance.now() + 150;
    while (performance.now() < untilMs);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  expect(delay.figures().maxUs).toBeGreaterThanOrEqual(100_000);
  delay.close();
});
