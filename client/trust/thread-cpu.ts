import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';

/** What a thread has used so far; differences count. */
export interface ThreadTimes {
  /** Time on a core. */
  readonly busyUs: number;
  /** Time ready to run and without a core; null where nobody counts it. */
  readonly waitedUs: number | null;
}

/**
 * The link leads to the thread that opens it, and reading without a promise is done by the calling thread: the only exact
 * way in Node 20, which has no `process.threadCpuUsage`. Nanoseconds on a core, waiting for one, and slices
 * (Linux, Documentation/scheduler/sched-stats.rst).
 */
const SCHEDSTAT = '/proc/thread-self/schedstat';

/**
 * What the calling thread has used: exact on Linux. Elsewhere the time in which its event loop was not idle, which is at
 * least that: time without a core is in it.
 */
export function threadTimes(): ThreadTimes {
  const [busyNs, waitedNs] = schedstat();
  if (busyNs !== undefined && waitedNs !== undefined) return { busyUs: busyNs / 1000, waitedUs: waitedNs / 1000 };
  return { busyUs: performance.eventLoopUtilization().active * 1000, waitedUs: null };
}

function schedstat(): readonly number[] {
  try {
    const numbers = readFileSync(SCHEDSTAT, 'latin1').trim().split(' ').map(Number);
    return numbers.every(Number.isFinite) ? numbers : [];
  } catch {
    return [];
  }
}
