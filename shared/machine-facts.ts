import { arch, cpus, hostname, loadavg, platform, release, totalmem } from 'node:os';

/** What figures were measured on. */
export interface MachineFacts {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryMiB: number;
  readonly system: string;
  /** Version of Node: `v20.20.2`. */
  readonly node: string;
  /** Processes that wanted to run in the minute before; far above 0, and the figures say little. */
  readonly loadAverage: number;
  readonly hostname: string;
}

/** Looks at this machine. */
export function machineFacts(): MachineFacts {
  const cores = cpus();
  return {
    cpu: cores[0]?.model.trim() ?? 'unknown',
    cores: cores.length,
    memoryMiB: Math.round(totalmem() / 2 ** 20),
    system: `${platform()} ${release()} ${arch()}`,
    // eslint-disable-next-line no-restricted-globals -- it never changes, and os does not have it
    node: process.version,
    loadAverage: Number((loadavg()[0] ?? 0).toFixed(2)),
    hostname: hostname(),
  };
}
