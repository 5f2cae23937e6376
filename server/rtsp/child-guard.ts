import { type ChildProcess, spawn } from 'node:child_process';
import { platform } from 'node:os';

/**
 * Has `child`, started with `detached`, and all that it started killed when this process is gone, however it went: for
 * programs that notice nothing of that. A shell waits on a pipe for the word that all is well; where the pipe ends without
 * it, nobody is left to stop the child. On Windows there is no such shell, and the child stays.
 */
export function guardChild(child: ChildProcess): void {
  if (platform() === 'win32' || child.pid === undefined) return;
  const guard = spawn('/bin/sh', ['-c', 'read -r word || kill -s KILL -- "-$0"', `${child.pid}`], {
    stdio: ['pipe', 'ignore', 'ignore'],
    // Ctrl+C in the terminal is not for it.
    detached: true,
  });
  // Without it the child is as good as before.
  guard.on('error', () => undefined);
  guard.stdin.on('error', () => undefined);
  // Its number may be another process's soon.
  child.once('exit', () => guard.stdin.end('gone\n'));
}
