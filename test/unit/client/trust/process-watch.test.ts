import { afterEach, describe, expect, it } from 'vitest';
import type { MachineTimes } from '../../../../client/trust/machine-times.js';
import { ProcessWatch } from '../../../../client/trust/process-watch.js';
import type { ProcessWatchOptions } from '../../../../client/trust/process-watch.js';
import { SystemClock } from '../../../../shared/clock.js';
import { FakeClock } from '../../../helpers/fake-clock.js';

const watches: ProcessWatch[] = [];
afterEach(() => watches.splice(0).forEach((watch) => watch.close()));

function setup(options: ProcessWatchOptions = {}) {
  const clock = new FakeClock();
  const now = {
    ...{ cpuUs: 1e6, residentBytes: 50e6, backlogBytes: 0 as number | null, lookUs: 0, looks: 0 },
    machine: { busy: 100, stolen: 0, all: 1000 } as MachineTimes | null,
    throttledUs: 5e6 as number | null,
  };
  const watch = new ProcessWatch(clock, options, {
    cpuUs: () => now.cpuUs,
    machine: async () => now.machine,
    throttledUs: async () => now.throttledUs,
    residentBytes: () => now.residentBytes,
    backlog: {
      largestBytes: async () => {
        now.looks += 1;
        clock.sleep(now.lookUs);
        return now.backlogBytes;
      },
    },
  });
  watches.push(watch);
  /** Lets `seconds` pass, with a sample in each. */
  const pass = async (seconds: number) => {
    for (let i = 0; i < seconds; i += 1) {
      clock.advance(1_000_000);
      await settled();
    }
  };
  return { clock, now, watch, pass };
}

/** All that was promised is done. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('ProcessWatch', () => {
  it('says what a process and its machine did in the window', async () => {
    const { now, watch, pass } = setup({ loopDelayP99Us: () => 1234.4 });
    now.cpuUs += 7e6;
    await watch.begin();
    now.cpuUs += 500_000;
    now.machine = { busy: 150, stolen: 10, all: 1100 };
    await pass(1);
    expect(watch.latest()).toEqual({
      ...{ atMs: 1000, cpuPercent: 50, machineCpuPercent: 50, residentBytes: 50e6, loopDelayP99Us: 1234 },
    });
    now.residentBytes = 80e6;
    now.machine = { busy: 170, stolen: 10, all: 1200 };
    now.throttledUs = 5.5e6;
    await pass(1);
    const { samples, residentBytes, ...figures } = await watch.end();
    expect(figures).toEqual({
      ...{ cpuPercent: 25, machineCpuPercent: 35, stolenCpuPercent: 5, throttledPercent: 25, socketBacklogBytes: null },
    });
    expect(residentBytes).toMatchObject({ max: 80e6 });
    expect(samples.slice(0, 2)).toMatchObject([{ cpuPercent: 50 }, { cpuPercent: 0, machineCpuPercent: 20 }]);
  });

  it('begins each window at zero', async () => {
    const { now, watch, pass } = setup();
    await watch.begin();
    now.cpuUs += 1e6;
    await pass(2);
    await watch.begin();
    expect(watch.latest()).toBeNull();
    await pass(1);
    const { cpuPercent, samples } = await watch.end();
    expect(cpuPercent).toBe(0);
    expect(samples[0]).toMatchObject({ atMs: 1000 });
  });

  it('knows nothing of a machine that does not say it', async () => {
    const { now, watch, pass } = setup();
    now.machine = null;
    await watch.begin();
    await pass(1);
    expect(await watch.end()).toMatchObject({ machineCpuPercent: null, stolenCpuPercent: null });
  });

  it('has the largest backlog of each look', async () => {
    const { now, watch, pass } = setup({ socketsOf: new Set([8000]) });
    await watch.begin();
    for (const bytes of [0, 100, 200]) {
      now.backlogBytes = bytes;
      await pass(1);
    }
    now.backlogBytes = null;
    expect((await watch.end()).socketBacklogBytes).toEqual({ p50: 100, p99: 200, max: 200 });
  });

  it('spends a fiftieth of its time on looks at most', async () => {
    const { now, watch, pass } = setup({ socketsOf: new Set([8000]) });
    now.lookUs = 100_000;
    await watch.begin();
    await pass(20);
    expect(now.looks).toBeLessThanOrEqual(5);
    expect(now.looks).toBeGreaterThan(2);
  });

  it('stops', async () => {
    const { clock, watch } = setup();
    await watch.begin();
    watch.close();
    watch.close();
    expect(clock.pending).toBe(0);
  });

  it('watches this process', async () => {
    const watch = new ProcessWatch(new SystemClock());
    watches.push(watch);
    await watch.begin();
    const untilMs = performance.now() + 200;
    while (performance.now() < untilMs);
    const { cpuPercent, residentBytes } = await watch.end();
    expect(cpuPercent).toBeGreaterThan(1);
    expect(residentBytes.max).toBeGreaterThan(10e6);
  });
});
