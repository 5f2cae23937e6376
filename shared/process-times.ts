import { readFileSync, readdirSync } from 'node:fs';

/** Clock ticks a second in /proc: USER_HZ, which Linux fixes for every architecture Node runs on. */
const TICKS_PER_SECOND = 100;

/** What a process has used so far, in seconds of CPU. */
export interface ProcessTimes {
  readonly ownSeconds: number;
  /** Of those it started that have ended and were waited for. */
  readonly endedChildrenSeconds: number;
}

/** Fields 14 to 17 of /proc/PID/stat, see proc(5); null when there is no such process, or no such file. */
export function processTimes(pid: number): ProcessTimes | null {
  const text = systemText(`/proc/${pid}/stat`);
  if (text === null) return null;
  // The name in field 2 may hold anything, so count from its end.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const seconds = (field: number) => Number(fields[field - 3]) / TICKS_PER_SECOND;
  return { ownSeconds: seconds(14) + seconds(15), endedChildrenSeconds: seconds(16) + seconds(17) };
}

/** CPU time in seconds that all that process `pid` started have used so far, those that ended included; 0 elsewhere. */
export function childrenCpuSeconds(pid: number): number {
  const ended = processTimes(pid)?.endedChildrenSeconds ?? 0;
  return descendants(pid).reduce((sum, child) => {
    const times = processTimes(child);
    return times ? sum + times.ownSeconds + times.endedChildrenSeconds : sum;
  }, ended);
}

/** Processes that `pid` started, and those that these started; empty where the system does not say. */
export function descendants(pid: number): number[] {
  // A child belongs to the thread that started it.
  const lists = threadsOf(pid).map((thread) => systemText(`/proc/${pid}/task/${thread}/children`) ?? '');
  const children = lists.flatMap((list) => list.split(' ').filter(Boolean).map(Number));
  return children.flatMap((child) => [child, ...descendants(child)]);
}

/** Resident memory of a process in bytes; null when it is gone. */
export function residentBytes(pid: number): number | null {
  const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(systemText(`/proc/${pid}/status`) ?? '')?.[1];
  return kibibytes === undefined ? null : Number(kibibytes) * 1024;
}

/** A file of the system as text; null where it is not there, or not for us. */
export function systemText(path: string): string | null {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return null;
  }
}

function threadsOf(pid: number): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}
