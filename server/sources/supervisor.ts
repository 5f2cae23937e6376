import type { Backoff } from '../../shared/backoff.js';
import type { CancelTimer, Clock } from '../../shared/clock.js';
import type { StreamerError } from '../../shared/errors.js';
import type { Notice, StreamState } from '../../shared/protocol/messages.js';
import type { RawFrame, Source, SourceRun, SourceSink } from './source.js';

/** Where a supervised source's frames and states go. */
export interface SupervisorSink {
  onFrame(frame: RawFrame): void;
  onDrop(first: number, last: number): void;
  onState(state: StreamState, reason?: Notice): void;
}

/** A source that delivered for this long is taken as healthy: the next failure starts the backoff afresh. */
const STABLE_AFTER_US = 60_000_000;

/**
 * Keeps one source running while it is wanted: starts it on demand, stops it when nobody looks, and starts it again
 * after a failure with growing, jittered waits. The timeline goes on whatever happens here.
 */
export class SourceSupervisor {
  private run: SourceRun | null = null;
  private stopping: Promise<void> = Promise.resolve();
  private wanted = false;
  private over = false;
  private cancelRestart: CancelTimer | null = null;
  private readonly cancelEnd: CancelTimer | null;
  private cancelStable: CancelTimer | null = null;
  private generation = 0;

  constructor(
    private readonly source: Source,
    private readonly sink: SupervisorSink,
    private readonly clock: Clock,
    private readonly backoff: Backoff,
  ) {
    const { endTimeUs } = source;
    // Without a viewer nothing decodes the end, yet the timeline reaches it.
    this.cancelEnd = endTimeUs === null ? null : clock.schedule(endTimeUs - clock.nowUs(), () => this.onTimelineEnd());
  }

  /** Whether somebody looks: starts or stops the source. */
  setWanted(wanted: boolean): void {
    if (this.over || wanted === this.wanted) return;
    this.wanted = wanted;
    if (wanted) this.start();
    else this.goIdle();
  }

  /** Ends everything for good; resolves when the children are gone. */
  async close(): Promise<void> {
    this.over = true;
    this.cancelEnd?.();
    this.halt();
    await this.stopping;
  }

  private start(): void {
    this.generation += 1;
    this.sink.onState('connecting');
    this.run = this.source.start(this.sinkOf(this.generation));
  }

  /** A run that was replaced or stopped may still have something to say; only the present one is heard. */
  private sinkOf(generation: number): SourceSink {
    const isCurrent = () => generation === this.generation;
    let live = false;
    return {
      onFrame: (frame) => {
        if (!isCurrent()) return frame.release();
        if (!live) this.onLive();
        live = true;
        this.sink.onFrame(frame);
      },
      onDrop: (first, last) => isCurrent() && this.sink.onDrop(first, last),
      onEnd: () => isCurrent() && this.end(),
      onError: (error) => isCurrent() && this.onFailure(error),
    };
  }

  private onLive(): void {
    this.sink.onState('live');
    this.cancelStable = this.clock.schedule(STABLE_AFTER_US, () => this.backoff.reset());
  }

  private onFailure(error: StreamerError): void {
    this.halt();
    const waitMs = this.backoff.nextDelayMs();
    const message = `${error.message} Next try in ${(waitMs / 1000).toFixed(1)} s.`;
    this.sink.onState('offline', { code: error.code, message });
    this.cancelRestart = this.clock.schedule(waitMs * 1000, () => this.start());
  }

  private onTimelineEnd(): void {
    // While it runs, the source itself knows best when its last frame was sent.
    if (!this.run) this.end();
  }

  private end(): void {
    this.over = true;
    this.cancelEnd?.();
    this.halt();
    this.sink.onState('ended', { code: 'STREAMS_ENDED', message: 'The source has come to its end.' });
  }

  private goIdle(): void {
    this.halt();
    this.backoff.reset();
    this.sink.onState('idle');
    const { endTimeUs } = this.source;
    if (endTimeUs !== null && this.clock.nowUs() >= endTimeUs) this.end();
  }

  /** Stops the present run and all timers that belong to it. */
  private halt(): void {
    this.generation += 1;
    this.cancelRestart?.();
    this.cancelStable?.();
    const run = this.run;
    this.run = null;
    if (run) this.stopping = Promise.all([this.stopping, run.stop()]).then(() => undefined);
  }
}
