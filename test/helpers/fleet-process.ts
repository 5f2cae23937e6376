import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { type ExitStatus, SERVER_BINARY } from './server-process.js';

/** The built `streamer-server publish` as a user runs it, with its web side on a free port. */
export class FleetProcess {
  private constructor(
    private readonly child: ChildProcess,
    readonly exit: Promise<ExitStatus>,
    readonly httpPort: number,
  ) {}

  /**
   * Starts it and waits until its web side listens. Videos are kept in `cacheFolder`.
   *
   * @throws {Error} with its output when it ends before.
   */
  static async start(to: string, args: readonly string[], cacheFolder: string): Promise<FleetProcess> {
    const flags = ['publish', '--to', to, '--http-port', '0', '--report', 'off', ...args];
    const env = { ...process.env, XDG_CACHE_HOME: cacheFolder };
    const child = spawn(process.execPath, [SERVER_BINARY, ...flags], { stdio: ['ignore', 'pipe', 'pipe'], env });
    const exit = once(child, 'close').then(([code, signal]): ExitStatus => ({ code, signal }));
    let said = '';
    const port = new Promise<number>((resolve) => {
      for (const stream of [child.stdout, child.stderr]) {
        createInterface({ input: stream }).on('line', (line) => {
          said += `${line}\n`;
          const found = /"httpPort":(\d+).*"listening"/.exec(line)?.[1];
          if (found !== undefined) resolve(Number(found));
        });
      }
    });
    const ended = exit.then((): never => {
      throw new Error(`the fleet ended before it listened; it said: ${said}`);
    });
    return new FleetProcess(child, exit, await Promise.race([port, ended]));
  }

  /** Asks it to stop, waits until it is gone. */
  async stop(): Promise<ExitStatus> {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill('SIGINT');
    return this.exit;
  }
}
