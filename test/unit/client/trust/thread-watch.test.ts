import { afterEach, describe, expect, it } from 'vitest';
import { threadTimes } from '../../../../client/trust/thread-cpu.js';
import { ThreadWatch } from '../../../../client/trust/thread-watch.js';
import { SystemClock } from '../../../../shared/clock.js';
import { FakeClock } from '../../../helpers/fake-clock.js';
import { FakeDelayHistogram } from '../../../helpers/fake-delay-histogram.js';

const watches: ThreadWatch[] = [];
afterEach(() => watches.splice(0).forEach((watch) => watch.close()));

function setup() {
  const clock = new FakeClock();
  const delays = new FakeDelayHistogram();
  const times: { busyUs: number; waitedUs: number | null } = { busyUs: 5_000_000, waitedUs: 1000 };
  const watch = new ThreadWatch(clock, { delays, times: () => ({ ...times }) });
  watches.push(watch);
  return { clock, delays, times, watch };
}

describe('ThreadWatch', () => {
  it('says how much of a core the thread took, and how long it waited for one', () => {
    const { clock, times, watch } = setup();
    times.busyUs += 400_000;
    watch.begin();
    clock.advance(2_000_000);
    times.busyUs += 500_000;
    times.waitedUs = 201_000;
    expect(watch.figures()).toMatchObject({ cpuPercent: 25, waitedPercent: 10 });
  });

  it('says nothing of waiting where nobody counts it', () => {
    const { times, watch } = setup();
    times.waitedUs = null;
    watch.begin();
    expect(watch.figures().waitedPercent).toBeNull();
  });

  it('has the delay of the event loop and its own timers, since the window began', () => {
    const { clock, delays, watch } = setup();
    clock.sleep(1_000_000);
    clock.advance(0);
    delays.intervalsMs = [900];
    watch.begin();
    delays.intervalsMs = [20, 21, 23, 70];
    clock.advance(1_960_000);
    clock.sleep(50_000);
    clock.advance(0);
    const { loopDelayUs, timerLatenessUs } = watch.figures();
    expect(loopDelayUs).toEqual({ p50: 1000, p99: 3000, max: 50_000 });
    // 98 timers on time, and then those of 20 and 40 ms of the stop.
    expect(timerLatenessUs).toMatchObject({ p50: 0, max: 30_000 });
    expect(timerLatenessUs.p99).toBeGreaterThan(9900);
  });

  it('shows the worst of the last second or two', () => {
    const { clock, watch } = setup();
    clock.advance(3_000_000);
    expect(watch.recentLoopDelayP99Us()).toBe(0);
    clock.sleep(70_000);
    clock.advance(500_000);
    expect(watch.recentLoopDelayP99Us()).toBe(50_000);
    clock.advance(3_000_000);
    expect(watch.recentLoopDelayP99Us()).toBe(0);
  });

  it('stops measuring', () => {
    const { clock, delays, watch } = setup();
    watch.close();
    watch.close();
    expect(delays.isEnabled).toBe(false);
    expect(clock.pending).toBe(0);
  });

  it('sees a real thread that is busy, and one that sleeps', async () => {
    const watch = new ThreadWatch(new SystemClock());
    watches.push(watch);
    await new Promise((resolve) => setTimeout(resolve, 200));
    const idle = watch.figures();
    watch.begin();
    burn(300);
    await new Promise((resolve) => setTimeout(resolve, 30));
    const busy = watch.figures();
    expect(busy.cpuPercent).toBeGreaterThan(idle.cpuPercent);
    expect(busy.timerLatenessUs.max).toBeGreaterThan(200_000);
    // A stop is fifteen late timers, and half of those of the window.
    expect(busy.timerLatenessUs.p50).toBeGreaterThan(50_000);
  });
});

it('counts the CPU of a thread, and not its sleep', async () => {
  const before = threadTimes();
  burn(100);
  // The kernel adds it up at the latest when the thread is taken from its core.
  await new Promise((resolve) => setTimeout(resolve, 300));
  const busyUs = threadTimes().busyUs - before.busyUs;
  expect(busyUs).toBeGreaterThan(5000);
  expect(busyUs).toBeLessThan(300_000);
});

function burn(ms: number): void {
  const untilMs = performance.now() + ms;
  while (performance.now() < untilMs);
}
