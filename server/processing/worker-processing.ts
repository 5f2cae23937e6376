import { Backoff } from '../../shared/backoff.js';
import type { CancelTimer, Clock } from '../../shared/clock.js';
import { StreamerError } from '../../shared/errors.js';
import type { FrameProcessing, PictureToProcess, ProcessingOutcome } from '../pipeline/frame-processing.js';
import type { ProcessorSpec } from '../pipeline/processor-spec.js';
import { processorName } from './load-processor.js';
import { startProcessorThread } from './processor-thread.js';
import type { ProcessorThread, StartThread } from './processor-thread.js';
import type { FrameAnswer, MessageFromWorker } from './worker-messages.js';

/** What surrounds the processors of a stream. */
export interface ProcessingContext {
  readonly stream: string;
  readonly clock: Clock;
  /** Told of each failure, PROCESSOR_FAILED; they come no faster than the backoff lets the processors start again. */
  onProblem(error: StreamerError): void;
  /** Takes the lines that processors log or print, already few and printable. */
  onLog?(line: string): void;
}

/** Limits of processors; times in milliseconds. */
export interface ProcessingOptions {
  /** For one frame through all processors. */
  readonly frameLimitMs: number;
  /** For loading the modules and their `setup`. */
  readonly setupLimitMs: number;
  /** For their `close`. */
  readonly closeLimitMs: number;
  /** Memory of their JavaScript objects. */
  readonly maxHeapMb: number;
  /** Waits between a failure and the next start. */
  readonly backoff: Backoff;
  readonly startThread: StartThread;
}

const DEFAULTS = { frameLimitMs: 2000, setupLimitMs: 30_000, closeLimitMs: 1000, maxHeapMb: 512 };

/** Processors that worked for this long are taken as healthy: the next failure starts the backoff afresh. */
const STABLE_AFTER_US = 60_000_000;

/**
 * Has the pictures of one stream processed by a worker thread, which starts at once. Pictures that come before it is
 * ready wait for it; after a failure they go on unprocessed until the next one is ready.
 */
export function createFrameProcessing(
  specs: readonly ProcessorSpec[],
  context: ProcessingContext,
  options: Partial<ProcessingOptions> = {},
): FrameProcessing {
  const backoff = options.backoff ?? new Backoff();
  return new WorkerProcessing(specs, context, { ...DEFAULTS, startThread: startProcessorThread, ...options, backoff });
}

/** A picture that was given to us; `isSent` says that its memory is with the worker. */
interface Pending {
  readonly picture: PictureToProcess;
  readonly resolve: (outcome: ProcessingOutcome) => void;
  isSent: boolean;
}

/** The first start, for which pictures wait; at work; failed, until the next thread is ready; closed for good. */
type State = 'starting' | 'ready' | 'failed' | 'closed';

class WorkerProcessing implements FrameProcessing {
  private state: State = 'starting';
  private thread: ProcessorThread | null = null;
  private pending: Pending | null = null;
  private readySinceUs = 0;
  private cancelTimer: CancelTimer | null = null;
  private retired: Promise<void> = Promise.resolve();
  private closing: Promise<void> | null = null;
  private onClosed: (() => void) | null = null;

  constructor(
    private readonly specs: readonly ProcessorSpec[],
    private readonly context: ProcessingContext,
    private readonly options: ProcessingOptions,
  ) {
    this.start();
  }

  get isActive(): boolean {
    return this.state === 'starting' || this.state === 'ready';
  }

  process(picture: PictureToProcess): Promise<ProcessingOutcome> {
    if (!this.isActive) return Promise.resolve(unprocessed(picture));
    return new Promise((resolve) => {
      this.pending = { picture, resolve, isSent: false };
      if (this.state === 'ready') this.send();
    });
  }

  close(): Promise<void> {
    this.closing ??= this.end();
    return this.closing;
  }

  private start(): void {
    const { stream } = this.context;
    const { maxHeapMb, setupLimitMs } = this.options;
    // A thread that was given up may still have something to say; only the present one is heard.
    const thread: ProcessorThread = this.options.startThread(
      { stream, processors: this.specs, maxHeapMb },
      {
        onMessage: (message) => this.thread === thread && this.onMessage(message),
        onGone: (reason) => this.thread === thread && this.onGone(reason),
      },
    );
    this.thread = thread;
    this.setTimer(setupLimitMs, () => this.fail(`not ready within ${inSeconds(setupLimitMs)}.`));
  }

  private onMessage(message: MessageFromWorker): void {
    switch (message.kind) {
      case 'log':
        return this.context.onLog?.(message.line);
      case 'closed':
        return this.onClosed?.();
      case 'ready':
        return this.onReady();
      case 'broken':
        return this.fail(message.message, message.name);
      case 'picture':
      case 'dropped':
      case 'failed':
        return this.onAnswer(message);
    }
  }

  private onReady(): void {
    if (this.state === 'closed') return;
    this.cancelTimer?.();
    this.state = 'ready';
    this.readySinceUs = this.context.clock.nowUs();
    if (this.pending) this.send();
  }

  private send(): void {
    const { frameLimitMs } = this.options;
    if (!this.pending) return;
    this.pending.isSent = true;
    this.thread?.send(this.pending.picture);
    this.setTimer(frameLimitMs, () => this.fail(`a frame took longer than ${inSeconds(frameLimitMs)}.`));
  }

  private onAnswer(answer: FrameAnswer): void {
    if (this.state !== 'closed') this.cancelTimer?.();
    this.settle(toOutcome(answer));
    if (answer.kind === 'failed') this.fail(answer.message, answer.name);
  }

  private onGone(reason: string): void {
    this.onClosed?.();
    this.fail(reason);
  }

  /** Gives the present thread up, tells why and, where that is known, whose fault it was, and plans the next one. */
  private fail(reason: string, name: string | null = null): void {
    if (this.state === 'closed') return;
    const { clock } = this.context;
    const { backoff } = this.options;
    if (this.state === 'ready' && clock.nowUs() - this.readySinceUs >= STABLE_AFTER_US) backoff.reset();
    this.state = 'failed';
    this.cancelTimer?.();
    const gone = this.retire();
    this.abandon();
    const waitMs = backoff.nextDelayMs();
    const who = name === null ? this.describeAll() : `The processor ${name}`;
    const what = `${who} failed: ${reason.replace(/\.$/, '')}. Frames go on unprocessed`;
    this.context.onProblem(new StreamerError('PROCESSOR_FAILED', `${what}; next try in ${inSeconds(waitMs)}.`));
    // A thread that native code keeps from ending must not be joined by a second one, and a third.
    void gone.then(() => {
      if (this.state === 'failed') this.setTimer(waitMs, () => this.start());
    });
  }

  private async end(): Promise<void> {
    const isIdle = this.state === 'ready';
    this.state = 'closed';
    this.cancelTimer?.();
    if (isIdle) await this.askToClose();
    await this.retire();
    this.abandon();
  }

  /** Lets the processors close; one that does not within its time is ended all the same. */
  private async askToClose(): Promise<void> {
    const closed = new Promise<void>((resolve) => (this.onClosed = resolve));
    this.thread?.askToClose();
    this.setTimer(this.options.closeLimitMs, () => this.onClosed?.());
    await closed;
    this.cancelTimer?.();
  }

  /** Ends the present thread and hears it no more; resolves when it and all before it are gone. */
  private retire(): Promise<void> {
    const { thread } = this;
    this.thread = null;
    if (thread) this.retired = Promise.all([this.retired, thread.terminate()]).then(() => undefined);
    return this.retired;
  }

  /** Answers for a picture that will not be processed: it went down with its thread, or it never was sent. */
  private abandon(): void {
    if (!this.pending) return;
    this.settle(this.pending.isSent ? { kind: 'lost' } : unprocessed(this.pending.picture));
  }

  private settle(outcome: ProcessingOutcome): void {
    const { pending } = this;
    this.pending = null;
    pending?.resolve(outcome);
  }

  private describeAll(): string {
    const names = this.specs.map(processorName).join(', ');
    return `${this.specs.length === 1 ? 'The processor' : 'One of the processors'} ${names}`;
  }

  private setTimer(delayMs: number, callback: () => void): void {
    this.cancelTimer?.();
    this.cancelTimer = this.context.clock.schedule(delayMs * 1000, callback);
  }
}

function unprocessed({ data, width, height }: PictureToProcess): ProcessingOutcome {
  return { kind: 'picture', data, width, height, spare: null };
}

function toOutcome(answer: FrameAnswer): ProcessingOutcome {
  if (answer.kind === 'dropped') return { kind: 'dropped', spare: answer.spare && Buffer.from(answer.spare) };
  const { picture } = answer;
  if (picture === null) return { kind: 'lost' };
  const spare = answer.kind === 'picture' && answer.spare ? Buffer.from(answer.spare) : null;
  return { kind: 'picture', data: Buffer.from(picture.data), width: picture.width, height: picture.height, spare };
}

function inSeconds(ms: number): string {
  return `${Number((ms / 1000).toFixed(2))} s`;
}
