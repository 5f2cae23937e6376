import { describe, expect, it } from 'vitest';
import { LimitGuard } from '../../../../server/publish/limit-guard.js';

const LIMITS = { maxStreams: 50, maxCpuPercent: 90, maxMemoryPercent: 80 };
const IDLE = { cpuPercent: 10, memoryPercent: 10 };
const BUSY = { cpuPercent: 95, memoryPercent: 10 };

function read(guard: LimitGuard, ...loads: readonly (typeof IDLE)[]): number[] {
  return loads.map((load) => guard.onReading(load, 40));
}

describe('LimitGuard', () => {
  it('has room before the first reading, and where nothing is known', () => {
    const guard = new LimitGuard(LIMITS);
    expect(guard.fault).toBeNull();
    expect(guard.onReading({ cpuPercent: null, memoryPercent: null }, 10)).toBe(0);
    expect(guard.fault).toBeNull();
  });

  it('has no room above a limit, and has some at it', () => {
    const guard = new LimitGuard(LIMITS);
    read(guard, { cpuPercent: 90, memoryPercent: 80 });
    expect(guard.fault).toBeNull();
    read(guard, BUSY, BUSY);
    expect(guard.fault).toBe('CPU is at 95 % of the machine, the limit is 90 %');
    read(guard, { cpuPercent: 10, memoryPercent: 81 }, { cpuPercent: 10, memoryPercent: 81 });
    expect(guard.fault).toBe('memory is at 81 % of the machine, the limit is 80 %');
  });

  it('takes five readings above a limit in a row to end streams, and five more for the next', () => {
    const guard = new LimitGuard(LIMITS);
    expect(read(guard, BUSY, BUSY, BUSY, BUSY, IDLE, BUSY, BUSY, BUSY, BUSY, BUSY)).toEqual([
      ...[0, 0, 0, 0, 0],
      ...[0, 0, 0, 0, 4],
    ]);
    expect(read(guard, BUSY, BUSY, BUSY, BUSY, BUSY)).toEqual([0, 0, 0, 0, 4]);
  });

  it('ends one of a few, and never the last', () => {
    const guard = new LimitGuard({ ...LIMITS, maxCpuPercent: 1 });
    const five = (streams: number) => [1, 2, 3, 4, 5].map(() => guard.onReading(BUSY, streams)).at(-1);
    expect(five(5)).toBe(1);
    expect(five(2)).toBe(1);
    expect(five(1)).toBe(0);
  });

  it('sets no limit at 100 %', () => {
    const guard = new LimitGuard({ maxStreams: 1, maxCpuPercent: 100, maxMemoryPercent: 100 });
    const full = { cpuPercent: 100, memoryPercent: 100 };
    expect(read(guard, full, full, full, full, full, full)).toEqual([0, 0, 0, 0, 0, 0]);
    expect(guard.fault).toBeNull();
  });
});
