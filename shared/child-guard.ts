import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Writable } from 'node:stream';
import { platform } from 'node:os';
import type { Clock } from './clock.js';

/** Signals that a guard passes on. */
export type GuardSignal = 'SIGTERM' | 'SIGKILL';

/** Sends the signals that it reads; where the pipe ends, nobody is left to stop the group. */
const SCRIPT = 'while read -r name; do kill -s "$name" -- "-$0"; done; kill -s KILL -- "-$0"';

/**
 * Ends a child that was started with `detached` and all that it started in turn, since there may be a script behind the path
 * of a program; also when this process is gone, however it went, for programs that notice nothing of that. It is a shell
 * that waits on a pipe. On Windows there is no such shell: only the child gets signals, and it stays after us.
 */
export class ChildGuard {
  private readonly shell: ChildProcessByStdio<Writable, null, null> | null;

  constructor(private readonly child: ChildProcess) {
    this.shell = platform() === 'win32' || child.pid === undefined ? null : startShell(child.pid);
  }

  /** Sends a signal to all of them. */
  signal(signal: GuardSignal): void {
    if (this.shell?.pid !== undefined && this.shell.exitCode === null && this.shell.stdin.writable)
      this.shell.stdin.write(`${signal.slice(3)}\n`);
    else this.child.kill(signal);
  }

  /** Ends all of them, by force where that takes longer than `limitUs`; resolves when `gone` does. */
  async end(gone: Promise<unknown>, clock: Clock, limitUs: number): Promise<void> {
    this.signal('SIGTERM');
    const cancel = clock.schedule(limitUs, () => this.signal('SIGKILL'));
    await gone;
    cancel();
  }

  /** Kills what is left of them, and is gone itself then. */
  release(): void {
    this.shell?.stdin.end();
  }
}

function startShell(group: number): ChildProcessByStdio<Writable, null, null> {
  const shell = spawn('/bin/sh', ['-c', SCRIPT, `${group}`], {
    stdio: ['pipe', 'ignore', 'ignore'],
    // Ctrl+C in the terminal is not for it.
    detached: true,
  });
  // Without it the child alone gets signals.
  shell.on('error', () => undefined);
  shell.stdin.on('error', () => undefined);
  return shell;
}
