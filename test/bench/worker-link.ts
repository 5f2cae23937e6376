import type { ChildProcess } from 'node:child_process';

/** What a worker can be told to do, by name. */
export type CommandTable = Readonly<Record<string, (input: never) => unknown>>;

interface Reply {
  readonly id: number;
  readonly result?: never;
  readonly error?: string;
}

interface Waiting {
  resolve(result: never): void;
  reject(error: Error): void;
}

/** The runner's end of the channel to a worker. */
export class WorkerLink<C extends CommandTable> {
  private readonly waiting = new Map<number, Waiting>();
  private nextId = 1;
  private gone: Error | null = null;

  /** @param end ends the process */
  constructor(
    private readonly child: ChildProcess,
    private readonly name: string,
    readonly end: () => Promise<void>,
  ) {
    child.on('message', (reply) => this.onReply(reply as Reply));
    child.once('exit', (code, signal) => this.onExit(signal ?? `exit code ${code}`));
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Has the worker run a command; rejects when that fails or the worker ends. */
  call<K extends keyof C & string>(command: K, ...input: Parameters<C[K]>): Promise<Awaited<ReturnType<C[K]>>> {
    if (this.gone) return Promise.reject(this.gone);
    const id = this.nextId;
    this.nextId += 1;
    this.child.send({ id, command, input: input[0] });
    return new Promise((resolve, reject) => this.waiting.set(id, { resolve, reject }));
  }

  private onReply({ id, result, error }: Reply): void {
    const waiting = this.waiting.get(id);
    this.waiting.delete(id);
    if (error === undefined) waiting?.resolve(result as never);
    else waiting?.reject(new Error(`${this.name}: ${error}`));
  }

  private onExit(how: string): void {
    this.gone = new Error(`${this.name} ended with ${how}`);
    for (const { reject } of this.waiting.values()) reject(this.gone);
    this.waiting.clear();
  }
}

/** The worker's end: runs what it is told to until the runner is gone. */
export function serveCommands(commands: CommandTable): void {
  process.on('message', (message) => void answer(message as { id: number; command: string; input: never }));
  process.on('disconnect', () => process.exit());

  async function answer({ id, command, input }: { id: number; command: string; input: never }): Promise<void> {
    try {
      const result = await commands[command]?.(input);
      process.send?.({ id, result });
    } catch (error) {
      process.send?.({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    }
  }
}
