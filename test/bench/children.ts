import { fork, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WorkerLink } from './worker-link.js';
import type { CommandTable } from './worker-link.js';

/** A child gets this long to end by itself before it is killed. */
const GRACE_MS = 3000;

/** Every process that the benchmark starts, so that each of them can be ended and named in the report. */
export class Children {
  private readonly running = new Set<ChildProcess>();
  private commands = new Set<string>();
  private closed = false;

  /** @param cpuProfFolder where workers leave V8 CPU profiles; null takes none */
  constructor(private readonly cpuProfFolder: string | null) {}

  /** Starts a program; its standard error is kept for the message of `failed`. */
  start(command: string, args: readonly string[]): ChildProcess {
    this.note([command, ...args]);
    return this.add(spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] }));
  }

  /** Runs a program to its end and throws what it wrote when it fails. */
  async run(command: string, args: readonly string[]): Promise<void> {
    const child = this.start(command, args);
    let errors = '';
    child.stdout?.resume();
    child.stderr?.on('data', (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-2000)));
    const [exitCode] = (await once(child, 'close')) as [number | null];
    if (exitCode !== 0) throw new Error(`${command} failed: ${errors.trim()}`);
  }

  /** Starts a worker of the benchmark, a Node process that takes commands: `name` is its file in workers/. */
  worker<C extends CommandTable>(name: string, nodeOptions: readonly string[] = []): WorkerLink<C> {
    const file = fileURLToPath(new URL(`./workers/${name}.ts`, import.meta.url));
    const profiling = this.cpuProfFolder === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${this.cpuProfFolder}`];
    const execArgv = [...process.execArgv, ...nodeOptions, ...profiling];
    this.note(['node', ...execArgv, relative('.', file)]);
    const child = fork(file, { execArgv, serialization: 'advanced', stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    return new WorkerLink(this.add(child), name, () => this.end(child));
  }

  /** Ends a child, with SIGKILL if it does not want to; resolves when it is gone. */
  async end(child: ChildProcess): Promise<void> {
    if (!this.running.has(child)) return;
    const gone = once(child, 'exit');
    // A worker ends when its channel closes, and can still write its profile.
    if (child.connected) child.disconnect();
    else child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
    await gone;
    clearTimeout(timer);
  }

  /** Ends all children that are left; from now on none can be started. */
  async endAll(): Promise<void> {
    this.closed = true;
    await Promise.all([...this.running].map((child) => this.end(child)));
  }

  /** Kills all children that are left, for when there is no time to wait. */
  killAll(): void {
    for (const child of this.running) child.kill('SIGKILL');
  }

  /** The command lines of all children since the last call, each once. */
  takeCommands(): readonly string[] {
    const commands = [...this.commands];
    this.commands = new Set();
    return commands;
  }

  /** Notes the command line of a child that is about to be started. */
  private note(words: readonly string[]): void {
    if (this.closed) throw new Error('the benchmark is over');
    this.commands.add(words.map(quote).join(' '));
  }

  private add(child: ChildProcess): ChildProcess {
    this.running.add(child);
    child.once('exit', () => this.running.delete(child));
    // Without a process there is no exit; `start` may still be told by its streams that nothing came.
    child.once('error', () => child.pid === undefined && this.running.delete(child));
    return child;
  }
}

function quote(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`;
}
