import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { throttledUs } from '../../../../client/trust/cpu-throttling.js';

const UNLIMITED = 'usage_usec 4000\nuser_usec 3000\nsystem_usec 1000\n';
const V2 = `${UNLIMITED}nr_periods 11\nnr_throttled 9\nthrottled_usec 859610\nnr_bursts 0\nburst_usec 0\n`;
const V1 = 'nr_periods 11\nnr_throttled 11\nthrottled_time 859610386\nnr_bursts 0\nburst_time 0\n';
const NONE = V1.replace('859610386', '0');

function ofFiles(files: Readonly<Record<string, string>>): Promise<number | null> {
  return throttledUs(async (path) => files[path] ?? null);
}

describe('throttledUs', () => {
  it('is told by the group of version 2 that a container sees as the root', async () => {
    expect(await ofFiles({ '/proc/self/cgroup': '0::/\n', '/sys/fs/cgroup/cpu.stat': V2 })).toBe(859_610);
  });

  it('is that of the group that has the limit, which may be around ours', async () => {
    const files = {
      '/proc/self/cgroup': '0::/user.slice/app.scope\n',
      '/sys/fs/cgroup/cpu.stat': UNLIMITED,
      '/sys/fs/cgroup/user.slice/cpu.stat': V2,
      '/sys/fs/cgroup/user.slice/app.scope/cpu.stat': V2.replace('859610', '12'),
    };
    expect(await ofFiles(files)).toBe(859_610);
  });

  it.each(['3:cpu:/box', '3:cpu,cpuacct:/box', '3:cpuacct,cpu:/box'])('is told by version 1: %s', async (line) => {
    const files = {
      '/proc/self/cgroup': `9:name=systemd:/\n4:cpuset:/wrong\n${line}\n0::/wrong\n`,
      '/sys/fs/cgroup/cpu/cpu.stat': NONE,
      '/sys/fs/cgroup/cpu/box/cpu.stat': V1,
    };
    expect(await ofFiles(files)).toBe(859_610);
  });

  it('is looked for at the root where the path is one of the host', async () => {
    const outside = { '/proc/self/cgroup': '3:cpu:/docker/4f2a\n', '/sys/fs/cgroup/cpu/cpu.stat': V1 };
    expect(await ofFiles(outside)).toBe(859_610);
    expect(await ofFiles({ '/proc/self/cgroup': '0::/../../up\n', '/sys/fs/cgroup/cpu.stat': V2 })).toBe(859_610);
  });

  it('is not known where no group says it', async () => {
    expect(await ofFiles({})).toBeNull();
    expect(await ofFiles({ '/proc/self/cgroup': '0::/\n', '/sys/fs/cgroup/cpu.stat': UNLIMITED })).toBeNull();
    expect(await ofFiles({ '/proc/self/cgroup': '5:memory:/box\n', '/sys/fs/cgroup/cpu.stat': V2 })).toBeNull();
  });

  it('is a number or not known, whatever the files say', async () => {
    const text = fc.string({ unit: fc.constantFrom(...'0:/.,\n 9', 'cpu', 'throttled_usec ', 'throttled_time ') });
    const property = fc.asyncProperty(text, text, async (groups, stat) => {
      const us = await throttledUs(async (path) => (path === '/proc/self/cgroup' ? `0::/\n${groups}` : stat));
      expect(us === null || us >= 0).toBe(true);
    });
    await fc.assert(property);
  });
});
