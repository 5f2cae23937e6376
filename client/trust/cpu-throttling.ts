/** The text of a file of the system; null where there is none. */
type ReadSystemFile = (path: string) => Promise<string | null>;

/** A hierarchy is rarely deeper than six; the path comes from the kernel. */
const MAX_DEPTH = 32;

/**
 * How long the CPU limit of a container (the quota of a Linux control group, such as `docker run --cpus` sets) has held
 * this process back, in microseconds, added up over all cores; only differences count. Null where no group says so.
 * Source: cpu.stat of cgroups(7), `throttled_usec` in version 2 and `throttled_time` (nanoseconds) in version 1.
 */
export async function throttledUs(read: ReadSystemFile): Promise<number | null> {
  const folders = groupFolders((await read('/proc/self/cgroup')) ?? '');
  const texts = await Promise.all(folders.map((folder) => read(`${folder}/cpu.stat`)));
  const times = texts.map(timeOf).filter((timeUs) => timeUs !== null);
  return times.length === 0 ? null : Math.max(...times);
}

/** Folders of our group and of all around it, since the limit may be on any of them. */
function groupFolders(memberships: string): string[] {
  const versionOne = /^\d+:(?:[^:\n]*,)?cpu(?:,[^:\n]*)?:\/(.*)$/m.exec(memberships)?.[1];
  const root = versionOne === undefined ? '/sys/fs/cgroup' : '/sys/fs/cgroup/cpu';
  const path = versionOne ?? /^0::\/(.*)$/m.exec(memberships)?.[1];
  if (path === undefined) return [];
  // A group outside of what a container sees begins with `..`, and its files cannot be read from here.
  const names = path.startsWith('..') ? [] : path.split('/').filter((name) => name !== '');
  return [...names.slice(0, MAX_DEPTH).keys(), names.length].map((depth) => [root, ...names.slice(0, depth)].join('/'));
}

function timeOf(stat: string | null): number | null {
  const us = /^throttled_usec (\d+)$/m.exec(stat ?? '')?.[1];
  if (us !== undefined) return Number(us);
  const ns = /^throttled_time (\d+)$/m.exec(stat ?? '')?.[1];
  return ns === undefined ? null : Math.round(Number(ns) / 1000);
}
