import { setTimeout as sleep } from 'node:timers/promises';
import { childrenCpuSeconds, processTimes, systemText } from '../../shared/process-times.js';

/** CPU time in seconds that process `pid` and all it started have used so far, those that ended included. */
export function treeCpuSeconds(pid: number): number {
  return ownCpuSeconds(pid) + childrenCpuSeconds(pid);
}

/** CPU of a process over a time, in seconds: its own, and that of all it started. */
export interface CpuUse {
  readonly ownSeconds: number;
  readonly childrenSeconds: number;
  /** How long it was watched. */
  readonly wallSeconds: number;
}

/** Watches what the process `pid` uses for `durationMs`. */
export async function cpuWhile(pid: number, durationMs: number): Promise<CpuUse> {
  const before = { own: ownCpuSeconds(pid), tree: treeCpuSeconds(pid), ms: performance.now() };
  await sleep(durationMs);
  const ownSeconds = ownCpuSeconds(pid) - before.own;
  const childrenSeconds = treeCpuSeconds(pid) - before.tree - ownSeconds;
  return { ownSeconds, childrenSeconds, wallSeconds: (performance.now() - before.ms) / 1000 };
}

/** Watches processes, each with all it started, for `durationMs`: how much each used, in percent of one core. */
export async function percentsWhile(
  pids: readonly number[],
  durationMs: number,
): Promise<{ percents: number[]; wallSeconds: number }> {
  const startMs = performance.now();
  const before = pids.map(treeCpuSeconds);
  await sleep(durationMs);
  const wallSeconds = (performance.now() - startMs) / 1000;
  const percents = pids.map((pid, i) => ((treeCpuSeconds(pid) - (before[i] ?? 0)) / wallSeconds) * 100);
  return { percents, wallSeconds };
}

/** CPU in percent of one core. */
export function percentOfCore({ ownSeconds, childrenSeconds, wallSeconds }: CpuUse): number {
  return ((ownSeconds + childrenSeconds) / wallSeconds) * 100;
}

/** CPU time in seconds of all children of this process that have ended and were waited for. */
export function endedChildrenCpuSeconds(): number {
  return processTimes(process.pid)?.endedChildrenSeconds ?? 0;
}

/** Memory of a process in bytes, of what it shares with others only its part; null when it is gone. */
export function proportionalBytes(pid: number): number | null {
  const kibibytes = /^Pss:\s+(\d+) kB$/m.exec(systemText(`/proc/${pid}/smaps_rollup`) ?? '')?.[1];
  return kibibytes === undefined ? null : Number(kibibytes) * 1024;
}

/** How many files one process may have open. Node lifts its own soft limit to the hard one, and children inherit it. */
export function maxOpenFiles(): number {
  const soft = /^Max open files\s+(\d+|unlimited)/m.exec(systemText('/proc/self/limits') ?? '')?.[1];
  return soft === undefined || soft === 'unlimited' ? Infinity : Number(soft);
}

/** Whether this system has what all of the above is read from. */
export function hasProcessFigures(): boolean {
  return processTimes(process.pid) !== null;
}

function ownCpuSeconds(pid: number): number {
  return processTimes(pid)?.ownSeconds ?? 0;
}
