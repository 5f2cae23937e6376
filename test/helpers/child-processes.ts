import { readdirSync, readFileSync } from 'node:fs';
import { execa } from 'execa';
import { until } from './until.js';

/** Ids of the living children of the process `pid`, from /proc; an empty list where there is none (not on Linux). */
export function childrenOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
    );
  } catch {
    return [];
  }
}

/** Whether there is a /proc to look children up in. */
export const CAN_LIST_CHILDREN = process.platform === 'linux';

/** Whether a process with the id `pid` lives; one that ended and that nobody has asked about yet does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch {
    return false;
  }
}

/** Resolves when the process `pid` has no living child; at once where there is no /proc to look. */
export function untilNoChild(pid: number): Promise<void> {
  return until(() => childrenOf(pid).length === 0);
}

/** Kills the children of the process `pid`. When one is gone its parent may end another before we do. */
export function killChildren(pid: number): void {
  for (const child of childrenOf(pid)) {
    try {
      process.kill(child, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

/** Process ids of this process's own children that run the program `name`, those not yet waited for included. */
export async function childrenNamed(name: string): Promise<number[]> {
  const { stdout } = await execa('ps', ['-A', '-o', 'ppid=,pid=,comm=']);
  return stdout
    .split('\n')
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line))
    .filter((match) => Number(match?.[1]) === process.pid && match?.[3]?.includes(name))
    .map((match) => Number(match?.[2]));
}

/** Orphans go to process 1, which in a container may be a program that never collects them. */
function isZombie(pid: number): boolean {
  try {
    return /^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
