import { describe, expect, it } from 'vitest';
import { MachineWatch, nodeMachine } from '../../../shared/machine-load.js';

const MEMINFO = 'MemTotal:       1000 kB\nMemFree:         100 kB\nMemAvailable:    400 kB\n';

/** A machine of 1 MB with these files of the system; `cpu` is its CPU times, reading after reading. */
function machine(files: Readonly<Record<string, string>>, cpu: readonly { busy: number; all: number }[] = []) {
  let reading = -1;
  return new MachineWatch({
    cpuTimes: () => cpu[(reading += 1)] ?? { busy: 0, all: 0 },
    totalMemoryBytes: () => 1000 * 1024,
    freeMemoryBytes: () => 250 * 1024,
    systemFile: (path) => Promise.resolve(files[path] ?? null),
  });
}

describe('MachineWatch', () => {
  it('tells CPU since the reading before, and nothing at first', async () => {
    const watch = machine({}, [
      { busy: 100, all: 1000 },
      { busy: 150, all: 1200 },
      { busy: 350, all: 1400 },
      { busy: 350, all: 1400 },
    ]);
    const percents = [];
    for (let n = 0; n < 4; n += 1) percents.push((await watch.read()).cpuPercent);
    expect(percents).toEqual([null, 25, 100, null]);
  });

  it('counts memory that only holds files as available', async () => {
    expect((await machine({ '/proc/meminfo': MEMINFO }).read()).memoryPercent).toBeCloseTo(60);
  });

  it('takes what Node says where there is no /proc', async () => {
    expect((await machine({}).read()).memoryPercent).toBeCloseTo(75);
  });

  it.each([
    ['version 2 at its root', '/sys/fs/cgroup', '', { 'memory.max': '512000', 'memory.current': '460800' }],
    [
      'version 2 in a group',
      '/sys/fs/cgroup/system.slice/x.service',
      '0::/system.slice/x.service\n',
      { 'memory.max': '512000', 'memory.current': '460800' },
    ],
    [
      'version 1',
      '/sys/fs/cgroup/memory',
      '',
      { 'memory.limit_in_bytes': '512000', 'memory.usage_in_bytes': '460800' },
    ],
  ])('takes the limit of a container where that is fuller: %s', async (_, folder, own, files) => {
    const inFolder = Object.fromEntries(
      Object.entries(files).map(([name, text]) => [`${folder}/${name}`, `${text}\n`]),
    );
    const all = { '/proc/meminfo': MEMINFO, '/proc/self/cgroup': own, ...inFolder };
    expect((await machine(all).read()).memoryPercent).toBeCloseTo(90);
    const stat = { [`${folder}/memory.stat`]: 'inactive_file 102400\ntotal_inactive_file 102400\n' };
    expect((await machine({ ...all, ...stat }).read()).memoryPercent).toBeCloseTo(70);
  });

  it.each(['max\n', '9223372036854771712\n', 'nonsense\n', ''])('sees no limit in %j', async (limit) => {
    const files = {
      '/proc/meminfo': MEMINFO,
      '/sys/fs/cgroup/memory.max': limit,
      '/sys/fs/cgroup/memory.current': '1',
    };
    expect((await machine(files).read()).memoryPercent).toBeCloseTo(60);
  });

  it('reads this machine', async () => {
    const { memoryPercent } = await new MachineWatch(nodeMachine).read();
    expect(memoryPercent).toBeGreaterThan(0);
    expect(memoryPercent).toBeLessThanOrEqual(100);
  });
});
