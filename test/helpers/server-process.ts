import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { createInterface } from 'node:readline';
import type { Writable } from 'node:stream';

export const SERVER_BINARY = fileURLToPath(new URL('../../dist/server/main.js', import.meta.url));
export const CLIENT_BINARY = fileURLToPath(new URL('../../dist/client/main.js', import.meta.url));

/** Makes a server listen on whatever ports are free. */
export const FREE_PORTS = ['--port', '0', '--http-port', '0'] as const;

/** One line of the server's log. */
export type LogLine = Readonly<Record<string, unknown>> & { readonly msg: string };

/** How a process ended. */
export interface ExitStatus {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** The built `streamer-server` as a user runs it, on free ports, with its log as JSON. */
export class ServerProcess {
  readonly log: LogLine[] = [];
  stderr = '';
  readonly exit: Promise<ExitStatus>;
  private readonly waiters = new Set<() => void>();

  private constructor(private readonly child: ChildProcess) {
    this.exit = once(child, 'close').then(([code, signal]) => {
      this.wake();
      return { code: code as number | null, signal: signal as NodeJS.Signals | null };
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    createInterface({ input: child.stdout! }).on('line', (line) => {
      this.log.push(JSON.parse(line) as LogLine);
      this.wake();
    });
  }

  /**
   * Starts it, in the folder `cwd` if one is given; `FREE_PORTS` are added. Its standard input is empty unless it is to be a
   * pipe. Does not wait for it to listen.
   */
  static spawn(
    args: readonly string[],
    env: NodeJS.ProcessEnv = {},
    cwd?: string,
    stdin: 'ignore' | 'pipe' = 'ignore',
  ): ServerProcess {
    return new ServerProcess(
      spawn(process.execPath, [SERVER_BINARY, ...FREE_PORTS, ...args], {
        stdio: [stdin, 'pipe', 'pipe'],
        env: { ...process.env, ...env },
        ...(cwd !== undefined && { cwd }),
      }),
    );
  }

  /** Starts it and waits until it listens. */
  static async start(args: readonly string[] = [], env: NodeJS.ProcessEnv = {}, cwd?: string): Promise<ServerProcess> {
    const server = ServerProcess.spawn(args, env, cwd);
    await server.logged((line) => line.msg === 'listening');
    return server;
  }

  get pid(): number {
    return this.child.pid!;
  }

  /** Where to write what it reads on standard input. */
  get stdin(): Writable {
    return this.child.stdin!;
  }

  get port(): number {
    return this.log.find((line) => line.msg === 'listening')?.['port'] as number;
  }

  get httpPort(): number {
    return this.log.find((line) => line.msg === 'listening')?.['httpPort'] as number;
  }

  get classicPort(): number {
    return this.log.find((line) => line.msg === 'listening')?.['classicPort'] as number;
  }

  /** Resolves with the first line, from the beginning or after `from` lines, that `matches`. */
  async logged(matches: (line: LogLine) => boolean, from = 0): Promise<LogLine> {
    for (;;) {
      const line = this.log.slice(from).find(matches);
      if (line) return line;
      if (this.child.exitCode !== null || this.child.signalCode !== null) {
        throw new Error(`the server ended without that line; it said: ${this.stderr || JSON.stringify(this.log)}`);
      }
      await new Promise<void>((resolve) => this.waiters.add(resolve));
    }
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Asks it to stop, waits until it and its pipes are gone. */
  async stop(): Promise<ExitStatus> {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill('SIGTERM');
    return this.exit;
  }

  private wake(): void {
    for (const resolve of this.waiters) resolve();
    this.waiters.clear();
  }
}
