import { readdirSync, readFileSync } from 'node:fs';

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

/** Whether a process with the id `pid` lives. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
