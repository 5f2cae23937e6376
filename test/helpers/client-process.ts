import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import { CLIENT_BINARY, type ExitStatus } from './server-process.js';

/** The built `streamer-client` as a user runs it with its output in a pipe, for as long as the running test. */
export class ClientProcess {
  stdout = '';
  stderr = '';
  readonly exit: Promise<ExitStatus>;
  private over = false;
  private readonly waiters = new Set<() => void>();

  private constructor(private readonly child: ChildProcess) {
    this.exit = once(child, 'close').then(([code, signal]) => {
      this.over = true;
      this.wake();
      return { code: code as number | null, signal: signal as NodeJS.Signals | null };
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
      this.wake();
    });
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
      this.wake();
    });
  }

  /** Starts it against a server on this machine. */
  static spawn(port: number, args: readonly string[]): ClientProcess {
    return ClientProcess.run(['--port', String(port), ...args]);
  }

  /** Starts it with nothing but `args`; `prefix` is a command that runs another one, such as `faketime`. */
  static run(args: readonly string[], env: NodeJS.ProcessEnv = {}, prefix: readonly string[] = []): ClientProcess {
    const [command = process.execPath, ...before] = [...prefix, process.execPath];
    const child = spawn(command, [...before, CLIENT_BINARY, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    });
    const client = new ClientProcess(child);
    onTestFinished(async () => {
      client.kill('SIGKILL');
      await client.exit;
    });
    return client;
  }

  /** Resolves once `holds`, asked again after all that it prints. Rejects when it ends before. */
  async until(holds: (client: this) => boolean): Promise<void> {
    while (!holds(this)) {
      if (this.over) throw new Error(`the client ended before that; it said: ${this.stdout}${this.stderr}`);
      await new Promise<void>((resolve) => this.waiters.add(resolve));
    }
  }

  get pid(): number {
    return this.child.pid!;
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  private wake(): void {
    for (const resolve of this.waiters) resolve();
    this.waiters.clear();
  }
}
