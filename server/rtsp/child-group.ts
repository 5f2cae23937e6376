import type { ChildProcess } from 'node:child_process';
import { platform } from 'node:os';
import { kill } from 'node:process';

/**
 * Sends `signal` to a child that was started with `detached`, and to all that it started in turn: behind the path of a
 * program there may be a script that only starts it. Nothing happens where none of them is left. On Windows there are no
 * such groups, and only the child gets it.
 */
export function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  if (platform() === 'win32') {
    child.kill(signal);
    return;
  }
  try {
    kill(-child.pid, signal);
  } catch (error) {
    // EPERM: what is left runs as somebody else.
    if (!['ESRCH', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}
