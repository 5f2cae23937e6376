import { Worker } from 'node:worker_threads';
import type { CancelTimer, Clock } from '../../shared/clock.js';
import { StreamerError, toStreamerError } from '../../shared/errors.js';
import type {
  FromWorker,
  NumberedOrder,
  Order,
  SecondReport,
  TargetStates,
  ThreadResult,
  ToldError,
  WorkerStart,
} from './load-messages.js';

/** Children and sockets are gone well before that, where the thread still answers. */
const GOODBYE_LIMIT_US = 8_000_000;

/** Told what happened in each second, and how sessions stand after each order. */
export interface ThreadListener {
  onSecond(second: SecondReport): void;
  onStates(states: readonly TargetStates[]): void;
  /** It ended by itself, which is a defect. */
  onGone(error: StreamerError): void;
}

/** A worker thread of a crowd, as the main thread sees it. */
export class LoadThread {
  private readonly worker: Worker;
  private readonly waiting = new Map<number, (result: ThreadResult | null) => void>();
  private number = 0;
  private isClosed = false;
  private failure: StreamerError | null = null;
  /** The last order that it could not carry out. */
  private orderError: StreamerError | null = null;

  /** Starts it. */
  constructor(
    readonly name: string,
    start: WorkerStart,
    private readonly clock: Clock,
    private readonly listener: ThreadListener,
  ) {
    const { file, isCode } = workerFile();
    this.worker = new Worker(file, { name, eval: isCode, workerData: start });
    this.worker.on('message', (message: FromWorker) => {
      if (message.kind === 'second') listener.onSecond(message.second);
      else if (message.kind === 'states') listener.onStates(message.states);
      else this.onAnswer(message.number, message.figures, message.error);
    });
    this.worker.on('error', (error) => (this.failure = toStreamerError(error)));
    this.worker.on('exit', () => this.onExit());
  }

  /** Why it ended by itself, or could not do what it was told, which is a defect; null while all is well. */
  get error(): StreamerError | null {
    return this.failure ?? this.orderError;
  }

  /** Resolves when the order is carried out; with null too where the thread is gone, or could not do it. */
  ask(order: Order): Promise<ThreadResult | null> {
    if (this.failure) return Promise.resolve(null);
    this.number += 1;
    const { number } = this;
    return new Promise((resolve) => {
      this.waiting.set(number, resolve);
      this.worker.postMessage({ number, order } satisfies NumberedOrder);
    });
  }

  /** Has the sessions say goodbye, for some seconds at most, and ends the thread. Idempotent. */
  async close(): Promise<void> {
    if (this.failure) return;
    let cancel: CancelTimer = () => undefined;
    const limit = new Promise((resolve) => (cancel = this.clock.schedule(GOODBYE_LIMIT_US, () => resolve(null))));
    await Promise.race([this.ask({ kind: 'close' }), limit]);
    cancel();
    this.isClosed = true;
    this.failure ??= new StreamerError('INTERNAL', `The thread ${this.name} is closed.`);
    await this.worker.terminate();
  }

  private onAnswer(number: number, figures: ThreadResult | null, error: ToldError | null): void {
    if (error) this.orderError = new StreamerError(error.code, error.message);
    this.waiting.get(number)?.(figures);
    this.waiting.delete(number);
  }

  private onExit(): void {
    if (!this.isClosed) {
      this.failure ??= new StreamerError('INTERNAL', `The thread ${this.name} ended by itself.`);
      this.listener.onGone(this.failure);
    }
    for (const resolve of this.waiting.values()) resolve(null);
    this.waiting.clear();
  }
}

/**
 * The worker's entry beside this file. Where that is TypeScript, in tests, Node needs the loader of the tests, which it
 * does not take over into a worker.
 */
function workerFile(): { readonly file: URL | string; readonly isCode: boolean } {
  const isSource = import.meta.url.endsWith('.ts');
  const file = new URL(`./load-worker.${isSource ? 'ts' : 'js'}`, import.meta.url);
  if (!isSource) return { file, isCode: false };
  const code = `import('tsx/esm/api').then(({ register }) => { register(); return import('${file.href}'); });`;
  return { file: code, isCode: true };
}
