/* eslint-disable no-restricted-globals -- A process that watches itself cannot be handed to itself; nothing else is here. */
import { readFile } from 'node:fs/promises';
import { childrenCpuSeconds } from '../../shared/process-times.js';
import { throttledUs } from './cpu-throttling.js';
import { machineTimes } from './machine-times.js';
import type { MachineTimes } from './machine-times.js';
import { SocketBacklog } from './socket-backlog.js';

/** Where the figures of a process come from; a test puts others in their place. */
export interface ProcessFigureSources {
  /** CPU time of this process, of all its threads and of all it started, in microseconds. */
  cpuUs(): number;
  machine(): Promise<MachineTimes | null>;
  /** Held back by a CPU limit so far, in microseconds of all cores together; null where there can be none. */
  throttledUs(): Promise<number | null>;
  /** Of this process alone. */
  residentBytes(): number;
  readonly backlog: Pick<SocketBacklog, 'largestBytes'>;
}

/** The figures of this process. */
export function nodeProcess(): ProcessFigureSources {
  return {
    cpuUs: () => {
      const { user, system } = process.cpuUsage();
      return user + system + childrenCpuSeconds(process.pid) * 1e6;
    },
    machine: async () => machineTimes(await systemFile('/proc/stat')),
    throttledUs: () => throttledUs(systemFile),
    residentBytes: () => process.memoryUsage.rss(),
    backlog: new SocketBacklog(),
  };
}

function systemFile(path: string): Promise<string | null> {
  return readFile(path, 'latin1').catch(() => null);
}
