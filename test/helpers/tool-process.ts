import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** One line of JSON from a tool's stdout; `event` says what happened. */
export type ToolEvent = Readonly<Record<string, unknown>> & { readonly event: string };

const START_LIMIT_MS = 20_000;
const STOP_LIMIT_MS = 5000;

/**
 * A program under test/tools: it tells what happens in lines of JSON, the first of them `{"event":"listening",…}`, takes
 * orders on stdin, a line each, and ends with its stdin, so that it does not outlive a test run that was killed.
 */
export class ToolProcess {
  readonly events: ToolEvent[] = [];
  private stderr = '';
  private readonly waiters = new Set<() => void>();
  private readonly closed: Promise<unknown>;

  private constructor(
    private readonly name: string,
    private readonly child: ChildProcess,
  ) {
    child.stderr!.setEncoding('utf8').on('data', (text: string) => (this.stderr = (this.stderr + text).slice(-4000)));
    // An order to a tool that has just ended is lost; that it ended is reported by whoever waits for it.
    child.stdin!.on('error', () => {});
    createInterface({ input: child.stdout! }).on('line', (line) => {
      this.events.push(JSON.parse(line) as ToolEvent);
      this.wake();
    });
    this.closed = once(child, 'close').finally(() => this.wake());
  }

  /**
   * Starts the program and waits until it says `listening`.
   *
   * @throws {Error} with what it wrote to stderr when it ends, or says nothing for 20 s.
   */
  static async start(file: string, args: readonly string[]): Promise<ToolProcess> {
    const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    await once(child, 'spawn');
    const tool = new ToolProcess(args.find((arg) => arg.includes('/tools/')) ?? file, child);
    const limit = setTimeout(() => child.kill('SIGKILL'), START_LIMIT_MS);
    await tool.said((event) => event.event === 'listening').finally(() => clearTimeout(limit));
    return tool;
  }

  get pid(): number {
    return this.child.pid!;
  }

  /** Resolves with the first event, from the beginning or after `from` events, that `matches`. */
  async said(matches: (event: ToolEvent) => boolean, from = 0): Promise<ToolEvent> {
    for (;;) {
      const event = this.events.slice(from).find(matches);
      if (event) return event;
      if (this.hasEnded) throw new Error(`${this.name} ended without saying so; it wrote: ${this.stderr || 'nothing'}`);
      await new Promise<void>((resolve) => this.waiters.add(resolve));
    }
  }

  /** The newest event that `matches`, as far as it has come. */
  latest(matches: (event: ToolEvent) => boolean): ToolEvent | undefined {
    return this.events.findLast(matches);
  }

  order(line: string): void {
    this.child.stdin!.write(`${line}\n`);
  }

  /** Ends it without a word to its peers' applications; resolves when it is gone. */
  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.closed;
  }

  /** Ends it by the end of its stdin, by force when that takes longer than 5 s; resolves when it is gone. */
  async stop(): Promise<void> {
    this.child.stdin!.end();
    const limit = setTimeout(() => this.child.kill('SIGKILL'), STOP_LIMIT_MS);
    await this.closed.finally(() => clearTimeout(limit));
  }

  private get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  private wake(): void {
    for (const resolve of this.waiters) resolve();
    this.waiters.clear();
  }
}
