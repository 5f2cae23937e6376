import { Backoff } from '../../shared/backoff.js';
import type { CancelTimer, Clock } from '../../shared/clock.js';
import { type StreamerError, toStreamerError } from '../../shared/errors.js';
import type { Logger } from '../../shared/logger.js';
import { isFinal } from '../../shared/protocol/final-codes.js';
import { CodeSearch } from './code-search.js';
import type { ClockReading } from './path-latency.js';
import type { ProbeReader, ProbeRun, ProbedPicture } from './probe-events.js';
import { ProbeRecorder } from './probe-recorder.js';
import type { ProbeTarget } from './probe-target.js';

/** What a path needs to be measured. */
export interface ProbedPathOptions {
  readonly target: ProbeTarget;
  /** Place among the paths that are measured. */
  readonly id: number;
  readonly openReader: () => ProbeReader;
  /** Whether to connect again when a path that worked broke. */
  readonly reconnect: boolean;
  /** The clock of time codes at a moment of ours; null while it is not known. */
  readonly clockAt: (nowUs: number) => ClockReading | null;
  /** Called once, when it came to its end or was given up; null where that was its regular end. */
  readonly onDone: (error: StreamerError | null) => void;
}

/** What a path takes from its surroundings. */
export interface ProbedPathParts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly random?: () => number;
}

/** A path that worked for so long is taken as healthy: the next outage starts the backoff afresh. */
const STABLE_AFTER_US = 10_000_000;

/** One path that is measured, with its reader, which is opened anew when it broke. */
export class ProbedPath {
  readonly recorder: ProbeRecorder;
  private readonly backoff: Backoff;
  private readonly codes = new CodeSearch();
  private run: ProbeRun | null = null;
  private stopping: Promise<void> = Promise.resolve();
  private workingSinceUs: number | null = null;
  private hasWorked = false;
  private isOver = false;
  private cancelRetry: CancelTimer = () => undefined;

  constructor(
    private readonly options: ProbedPathOptions,
    private readonly parts: ProbedPathParts,
  ) {
    this.recorder = new ProbeRecorder(options.target, options.id, parts.clock.nowUs());
    this.backoff = new Backoff(undefined, parts.random);
  }

  get name(): string {
    return this.options.target.name;
  }

  /** Begins to connect. */
  start(): void {
    this.recorder.onConnecting(this.nowUs);
    this.workingSinceUs = null;
    try {
      this.run = this.options.openReader().start({
        onFacts: (facts) => this.recorder.onFacts(facts),
        onPicture: (picture) => this.onPicture(picture),
        onBytes: (lengthBytes) => this.recorder.onBytes(lengthBytes, this.nowUs),
        onLost: (frames) => this.recorder.onLost(frames),
        onCorrupt: () => this.recorder.onCorrupt(),
        onEnd: () => this.onEnd(),
        onError: (error) => this.onError(error),
      });
    } catch (thrown) {
      this.giveUp(toStreamerError(thrown));
    }
  }

  /** Ends it; resolves when nothing of it is left. Idempotent. */
  async stop(): Promise<void> {
    this.isOver = true;
    this.cancelRetry();
    this.dismiss();
    await this.stopping;
  }

  private get nowUs(): number {
    return this.parts.clock.nowUs();
  }

  private onPicture(picture: ProbedPicture): void {
    if (this.isOver) return;
    const { luma, arrivalTimeUs } = picture;
    const code = luma && this.codes.read(luma);
    this.hasWorked = true;
    this.workingSinceUs ??= arrivalTimeUs;
    if (arrivalTimeUs - this.workingSinceUs >= STABLE_AFTER_US) this.backoff.reset();
    this.recorder.onPicture(picture, code, this.options.clockAt(arrivalTimeUs));
  }

  private onEnd(): void {
    if (this.isOver) return;
    this.dismiss();
    this.recorder.onEnded(this.nowUs);
    this.finish(null);
  }

  private onError(error: StreamerError): void {
    if (this.isOver) return;
    this.dismiss();
    if (!this.hasWorked || !this.options.reconnect || isFinal(error.code)) return this.giveUp(error);
    const waitMs = this.backoff.nextDelayMs();
    this.recorder.onBroken(this.nowUs, `${error.message} Next try in ${(waitMs / 1000).toFixed(1)} s.`);
    this.parts.logger.warn({ path: this.name, code: error.code, retryInMs: Math.round(waitMs) }, error.message);
    // What is left of the one before must not meet the next.
    this.cancelRetry = this.parts.clock.schedule(waitMs * 1000, () => void this.startAfterStop());
  }

  private async startAfterStop(): Promise<void> {
    await this.stopping;
    if (!this.isOver) this.start();
  }

  private giveUp(error: StreamerError): void {
    this.recorder.onBroken(this.nowUs, error.message);
    this.parts.logger.warn({ path: this.name, code: error.code }, error.message);
    this.finish(error);
  }

  private finish(error: StreamerError | null): void {
    this.isOver = true;
    this.options.onDone(error);
  }

  /** Ends the reader, and does not wait for that. */
  private dismiss(): void {
    const { run } = this;
    this.run = null;
    if (run) this.stopping = run.stop();
  }
}
