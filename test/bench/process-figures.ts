import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Clock ticks a second in /proc: USER_HZ, which Linux fixes for every architecture Node runs on. */
const TICKS_PER_SECOND = 100;

/** CPU time in seconds that process `pid` and all it started have used so far, those that ended included. */
export function treeCpuSeconds(pid: number): number {
  let seconds = 0;
  for (const member of [pid, ...descendants(pid)]) {
    const times = readTimes(member);
    if (times) seconds += times.ownSeconds + times.endedChildrenSeconds;
  }
  return seconds;
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
  return readTimes(process.pid)?.endedChildrenSeconds ?? 0;
}

/** Resident memory of a process in bytes; null when it is gone. */
export function residentBytes(pid: number): number | null {
  const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(read(`/proc/${pid}/status`) ?? '')?.[1];
  return kibibytes === undefined ? null : Number(kibibytes) * 1024;
}

/** Memory of a process in bytes, of what it shares with others only its part; null when it is gone. */
export function proportionalBytes(pid: number): number | null {
  const kibibytes = /^Pss:\s+(\d+) kB$/m.exec(read(`/proc/${pid}/smaps_rollup`) ?? '')?.[1];
  return kibibytes === undefined ? null : Number(kibibytes) * 1024;
}

/** Processes that `pid` started, and those that these started. */
export function descendants(pid: number): number[] {
  const children = (read(`/proc/${pid}/task/${pid}/children`) ?? '').split(' ').filter(Boolean).map(Number);
  return children.flatMap((child) => [child, ...descendants(child)]);
}

/** How many files one process may have open. Node lifts its own soft limit to the hard one, and children inherit it. */
export function maxOpenFiles(): number {
  const soft = /^Max open files\s+(\d+|unlimited)/m.exec(read('/proc/self/limits') ?? '')?.[1];
  return soft === undefined || soft === 'unlimited' ? Infinity : Number(soft);
}

/** Whether this system has what all of the above is read from. */
export function hasProcessFigures(): boolean {
  return readTimes(process.pid) !== null;
}

function ownCpuSeconds(pid: number): number {
  return readTimes(pid)?.ownSeconds ?? 0;
}

/** Fields 14 to 17 of /proc/pid/stat, see proc(5); the name in field 2 may hold anything, so count from its end. */
function readTimes(pid: number): { ownSeconds: number; endedChildrenSeconds: number } | null {
  const text = read(`/proc/${pid}/stat`);
  if (text === null) return null;
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const seconds = (field: number) => Number(fields[field - 3]) / TICKS_PER_SECOND;
  return { ownSeconds: seconds(14) + seconds(15), endedChildrenSeconds: seconds(16) + seconds(17) };
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return null;
  }
}
