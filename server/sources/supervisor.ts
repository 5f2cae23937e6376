import { isDeepStrictEqual } from 'node:util';
import type { Backoff } from '../../shared/backoff.js';
import type { CancelTimer, Clock } from '../../shared/clock.js';
import { toStreamerError, type StreamerError } from '../../shared/errors.js';
import type { Notice, StreamState } from '../../shared/protocol/messages.js';
import { NominalRate } from './nominal-rate.js';
import type { Source, SourceFrame, SourceInfo } from './source.js';
import { SupervisedRun, type RunListener } from './supervised-run.js';

/** Where a supervised source's frames and states go. */
export interface SupervisorSink {
  /** What is known of the source changed, its learned rate included. */
  onInfo(info: SourceInfo): void;
  onFrame(frame: SourceFrame): void;
  /** As `SourceSink.onPackets`. */
  onPackets?(bytes: Buffer, isStart: boolean): void;
  onDrop(first: number, last: number): void;
  onWarning(error: StreamerError): void;
  /** The state changed, or the source failed once more. */
  onState(state: StreamState, reason?: Notice): void;
}

/** How a source is kept running. */
export interface SupervisorOptions {
  /** The waits after failures. */
  readonly backoff: Backoff;
  /** Whether the source stops when nobody looks; otherwise it runs always. */
  readonly onDemand: boolean;
  /** How long it goes on after the last viewer left. */
  readonly idleTimeoutMs: number;
  /** The number of the first frame, where the stream had frames before; 0 by default. */
  readonly firstSequence?: number;
}

/**
 * Keeps one source running while it is wanted: starts it on demand, stops it a while after the last viewer left, and
 * starts it again after a failure with growing, jittered waits. There are never two runs at once: the next one begins
 * when the children and connections of the former are gone.
 */
export class SourceSupervisor {
  private readonly nominal = new NominalRate();
  private state: StreamState = 'idle';
  private run: SupervisedRun | null = null;
  /** Resolves when the former run is gone; null when it is. */
  private stopping: Promise<void> | null = null;
  private wanted = false;
  private hasEnded = false;
  private isClosed = false;
  private failure: StreamerError | null = null;
  private retryAtUs = 0;
  private cancelIdle: CancelTimer | null = null;
  private cancelRetry: CancelTimer | null = null;
  private readonly cancelEnd: CancelTimer | null;
  /** One more than the last frame that was seen or dropped. */
  private nextSequence: number;
  /** What the source said of itself last, and what was passed on of it. */
  private info: SourceInfo;
  private toldInfo: SourceInfo;

  constructor(
    private readonly source: Source,
    private readonly sink: SupervisorSink,
    private readonly clock: Clock,
    private readonly options: SupervisorOptions,
  ) {
    this.nextSequence = options.firstSequence ?? 0;
    this.info = source.info;
    this.toldInfo = source.info;
    this.nominal.declare(source.info);
    const { endTimeUs } = source;
    // Without a viewer nothing decodes the end, yet the timeline reaches it.
    this.cancelEnd = endTimeUs === null ? null : clock.schedule(endTimeUs - clock.nowUs(), () => this.onTimelineEnd());
    this.demand();
  }

  /** Whether somebody looks. A source that is not on demand does not care. */
  setWanted(wanted: boolean): void {
    if (this.isClosed || !this.options.onDemand || wanted === this.wanted) return;
    const wasActive = this.isActive;
    this.wanted = wanted;
    this.clearIdleTimer();
    if (!wanted && !this.hasEnded) {
      this.cancelIdle = this.clock.schedule(this.options.idleTimeoutMs * 1000, () => this.goIdle());
    }
    if (!wasActive) this.demand();
  }

  /** Ends everything for good; resolves when the children are gone. */
  async close(): Promise<void> {
    this.isClosed = true;
    this.cancelEnd?.();
    this.clearIdleTimer();
    this.halt();
    await this.stopping;
  }

  /** Whether the source should run: somebody looks, or did a moment ago. */
  private get isActive(): boolean {
    return !this.options.onDemand || this.wanted || this.cancelIdle !== null;
  }

  private get mayStart(): boolean {
    return this.isActive && !this.isClosed && !this.hasEnded && this.run === null;
  }

  /** Tells what a viewer has to wait for, and sees to it. */
  private demand(): void {
    if (!this.mayStart) return;
    const waitUs = this.retryAtUs - this.clock.nowUs();
    if (this.failure && waitUs > 0) this.tell('offline', whyOffline(this.failure, waitUs));
    else this.tell('connecting');
    this.proceed();
  }

  /** The only way to a new run: when the former one is gone and the wait after its failure is over. */
  private proceed(): void {
    if (!this.mayStart || this.stopping) return;
    this.cancelRetry?.();
    this.cancelRetry = null;
    const waitUs = this.retryAtUs - this.clock.nowUs();
    if (waitUs > 0) this.cancelRetry = this.clock.schedule(waitUs, () => this.proceed());
    else this.start();
  }

  private start(): void {
    this.tell('connecting');
    if (!this.mayStart) return;
    try {
      this.run = new SupervisedRun(this.source, this.nominal, this.nextSequence, this.clock, this.listener());
    } catch (thrown) {
      this.onFailure(toStreamerError(thrown, 'SOURCE_FAILED'));
    }
  }

  private listener(): RunListener {
    const { sink } = this;
    return {
      onInfo: (info) => this.onInfo(info),
      onRate: () => this.tellInfo(this.info),
      onFrame: (frame) => {
        this.passed(frame.sequence);
        sink.onFrame(frame);
      },
      onPackets: (bytes, isStart) => sink.onPackets?.(bytes, isStart),
      onDrop: (first, last) => {
        this.passed(last);
        sink.onDrop(first, last);
      },
      onWarning: (error) => sink.onWarning(error),
      onHealth: ({ state, reason }) => this.tell(state, reason),
      onEnd: () => this.end(),
      onFailure: (error) => this.onFailure(error),
    };
  }

  private passed(sequence: number): void {
    this.nextSequence = Math.max(this.nextSequence, sequence + 1);
  }

  private onInfo(info: SourceInfo): void {
    this.nominal.declare(info);
    this.tellInfo(info);
  }

  private onFailure(error: StreamerError): void {
    if (this.run?.isStable) this.options.backoff.reset();
    this.halt();
    this.failure = error;
    this.retryAtUs = this.clock.nowUs() + Math.round(this.options.backoff.nextDelayMs() * 1000);
    this.demand();
  }

  private onTimelineEnd(): void {
    // While it runs, the source itself knows best when its last frame was sent.
    if (!this.run) this.end();
  }

  private end(): void {
    this.hasEnded = true;
    this.cancelEnd?.();
    this.clearIdleTimer();
    this.halt();
    this.tell('ended', { code: 'STREAMS_ENDED', message: 'The source has come to its end.' });
  }

  private goIdle(): void {
    this.cancelIdle = null;
    this.halt();
    this.tell('idle');
    const { endTimeUs } = this.source;
    if (endTimeUs !== null && this.clock.nowUs() >= endTimeUs) this.end();
  }

  private clearIdleTimer(): void {
    this.cancelIdle?.();
    this.cancelIdle = null;
  }

  /** Stops the present run, or the wait for the next one. */
  private halt(): void {
    this.cancelRetry?.();
    this.cancelRetry = null;
    const { run } = this;
    if (!run) return;
    this.run = null;
    this.stopping = this.awaitGone(run);
  }

  private async awaitGone(run: SupervisedRun): Promise<void> {
    try {
      await run.stop();
    } catch (thrown) {
      this.sink.onWarning(toStreamerError(thrown));
    }
    this.stopping = null;
    this.proceed();
  }

  private tell(state: StreamState, reason?: Notice): void {
    if (state === this.state && state !== 'offline') return;
    this.state = state;
    this.sink.onState(state, reason);
  }

  private tellInfo(info: SourceInfo): void {
    this.info = info;
    const known = this.source.isLive ? { ...info, fps: this.nominal.fps } : info;
    if (isDeepStrictEqual(known, this.toldInfo)) return;
    this.toldInfo = known;
    this.sink.onInfo(known);
  }
}

function whyOffline({ code, message }: StreamerError, waitUs: number): Notice {
  return { code, message: `${message} Next try in ${(waitUs / 1_000_000).toFixed(1)} s.` };
}
