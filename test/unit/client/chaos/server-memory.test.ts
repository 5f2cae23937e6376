import { describe, expect, it } from 'vitest';
import { ServerMemory } from '../../../../client/chaos/server-memory.js';
import { FakeClock } from '../../../helpers/fake-clock.js';

const sample = (residentBytes: number) => ({ atMs: 0, cpuPercent: 5, residentBytes, loopDelayP99Us: 9, clients: 1 });

describe('ServerMemory', () => {
  it('is what the API says, also where a process was named', () => {
    const memory = new ServerMemory({ latest: () => sample(240e6) }, process.pid, new FakeClock());
    expect(memory.latestBytes()).toBe(240e6);
  });

  it('is that of the process where there is no API', () => {
    const memory = new ServerMemory(null, process.pid, new FakeClock());
    expect(memory.latestBytes()).toBeGreaterThan(10e6);
    expect(new ServerMemory(null, null, new FakeClock()).latestBytes()).toBeNull();
  });

  it('is not known of a server whose API answers no more', () => {
    const clock = new FakeClock();
    let latest = sample(1);
    const memory = new ServerMemory({ latest: () => latest }, null, clock);
    expect(memory.latestBytes()).toBe(1);
    clock.advance(3_000_000);
    expect(memory.latestBytes()).toBe(1);
    clock.advance(1);
    expect(memory.latestBytes()).toBeNull();
    latest = sample(2);
    expect(memory.latestBytes()).toBe(2);
    expect(new ServerMemory({ latest: () => null }, process.pid, clock).latestBytes()).toBeNull();
  });
});
