import type { CancelTimer, Clock } from '../clock.js';
import type { DeviceProgress, DeviceResult } from '../protocol/bench-messages.js';
import type { ClockEstimate } from '../protocol/clock-sync.js';
import type { StreamInfo } from '../protocol/messages.js';
import type { FrameObservation } from '../receiver/observation.js';
import { BenchRecorder } from './bench-recorder.js';
import type { BenchCounts, BenchWindow } from './bench-counts.js';
import type { ValueCounts } from './value-counts.js';
import { OwnDelay } from './own-delay.js';
import { WindowTime } from './window-time.js';
import type { Span } from './window-time.js';

/**
 * Where a device stands: it waits for a benchmark, knows when one begins, measures, works out what it measured, or has
 * told the server.
 */
export type BenchPhase = 'waiting' | 'starting' | 'running' | 'finishing' | 'done';

/** What a device measured in a window so far. Times are microseconds. */
export interface BenchFigures {
  readonly received: number;
  readonly lost: number;
  readonly skipped: number;
  readonly latencyP50Us: number | null;
  readonly latencyP99Us: number | null;
  /** How far the latencies can be from the truth. */
  readonly errorUs: number | null;
  readonly reconnects: number;
  /** How long the page was hidden, in which browsers slow it down. */
  readonly hiddenUs: number;
}

/** What a result has beside the counts. */
export interface ResultFacts {
  readonly reconnects: number;
  readonly outageUs: number;
  /** How late own timers were, at p99; undefined where none was due in the window. */
  readonly ownDelayP99Us: number | undefined;
  /** What is known of the server's clock at the end. */
  readonly clock: ClockEstimate | null;
  readonly about: string;
}

/** What a measurement takes from its surroundings. */
export interface MeasurementParts<C extends ValueCounts> {
  readonly clock: Clock;
  readonly about: string;
  readonly makeCounts: () => C;
  /** What the device tells of a window that is over; it may take time to encode. */
  resultOf(counts: BenchCounts<C>, facts: ResultFacts): Promise<DeviceResult>;
  /** What is known of the server's clock now. */
  serverClock(): ClockEstimate | null;
}

/** What a measurement tells its owner. */
export interface MeasurementListener {
  /** Once a second while the window lasts. */
  onProgress(benchId: number, progress: DeviceProgress): void;
  /** Once for each window. */
  onResult(benchId: number, result: DeviceResult): void;
  /** The phase is another one. */
  onPhase(): void;
}

const PROGRESS_INTERVAL_US = 1_000_000;
/** Frames of the window may be on their way for so long after it; the server waits five seconds. */
const GRACE_US = 3_000_000;

/** Measures the windows of benchmarks, one after the other, over reconnects, and works out what to tell. */
export class BenchMeasurement<C extends ValueCounts> {
  private readonly recorder: BenchRecorder<C>;
  private readonly outage = new WindowTime();
  private readonly hidden = new WindowTime();
  private readonly ownDelay: OwnDelay;
  /** `starting` until the window is over; the clock tells whether it is `running`. */
  private current: BenchPhase = 'waiting';
  private offsetUs: number | null = null;
  private estimate: ClockEstimate | null = null;
  private reconnects = 0;
  private cancelTick: CancelTimer = () => undefined;

  constructor(
    private readonly parts: MeasurementParts<C>,
    private readonly listener: MeasurementListener,
  ) {
    this.recorder = new BenchRecorder(parts.makeCounts);
    this.ownDelay = new OwnDelay(parts.clock, parts.makeCounts, () => this.span());
  }

  get phase(): BenchPhase {
    if (this.current !== 'starting' || (this.untilUs('startTimeUs') ?? 1) > 0) return this.current;
    return 'running';
  }

  get figures(): BenchFigures | null {
    const { counts } = this.recorder;
    if (!counts) return null;
    const { received, lost, skipped } = counts.totals;
    const { latencyP50Us, latencyP99Us, clockErrorUs: errorUs } = counts.progress();
    const hiddenUs = this.hidden.totalUs(this.parts.clock.nowUs(), this.span());
    const { reconnects } = this;
    return { received, lost, skipped, latencyP50Us, latencyP99Us, errorUs, reconnects, hiddenUs };
  }

  /** Time until the window begins or ends; null where there is none to wait for, or the server's clock is not known. */
  untilUs(bound: 'startTimeUs' | 'stopTimeUs'): number | null {
    const { counts } = this.recorder;
    if (!counts || this.offsetUs === null || this.current !== 'starting') return null;
    return counts.window[bound] - this.offsetUs - this.parts.clock.nowUs();
  }

  /** The window of a benchmark is known; the same one comes again after a reconnect, and when it is to end earlier. */
  onRun(window: BenchWindow): void {
    this.readClock();
    const { counts } = this.recorder;
    const known = counts?.window;
    if (counts && known?.benchId === window.benchId && known.startTimeUs === window.startTimeUs) {
      if (this.current === 'starting') counts.setStop(window.stopTimeUs);
      return;
    }
    this.recorder.begin(window, this.serverTimeUs());
    this.outage.restart();
    this.hidden.restart();
    this.ownDelay.begin();
    this.reconnects = 0;
    this.become('starting');
    this.cancelTick();
    this.scheduleTick();
  }

  /** The benchmark is over; where that is before its end, nothing comes of it. */
  onOver(benchId: number): boolean {
    const isCut = this.current === 'starting' && this.recorder.counts?.window.benchId === benchId;
    if (isCut) {
      this.close();
      this.recorder.forget();
      this.become('waiting');
    }
    return isCut;
  }

  /** A frame of the present came; `isWhole` says whether its JPEG has both its ends. */
  onFrame(frame: FrameObservation, isWhole: boolean): void {
    this.recorder.onFrame(frame, isWhole);
    this.finishWhenOver();
  }

  onSkipped(first: number, last: number): void {
    this.recorder.onSkipped(first, last);
  }

  onStream(stream: StreamInfo): void {
    this.recorder.onStream(stream, this.parts.clock.nowUs());
  }

  onConnect(): void {
    this.outage.end(this.parts.clock.nowUs(), this.span());
  }

  /** The connection is gone, or an attempt to make it again came to nothing, which is no other loss. */
  onDisconnect(): void {
    const nowUs = this.parts.clock.nowUs();
    const span = this.span();
    if (!this.outage.goesOn && span && nowUs >= span.fromUs && nowUs < span.toUs) this.reconnects += 1;
    this.outage.begin(nowUs);
    this.recorder.onDisconnect();
  }

  /** The page was hidden, or is shown again. */
  onHidden(isHidden: boolean): void {
    const nowUs = this.parts.clock.nowUs();
    this.ownDelay.onHidden(isHidden);
    if (isHidden) this.hidden.begin(nowUs);
    else this.hidden.end(nowUs, this.span());
  }

  close(): void {
    this.ownDelay.end();
    this.cancelTick();
  }

  private scheduleTick(): void {
    this.cancelTick = this.parts.clock.schedule(PROGRESS_INTERVAL_US, () => {
      this.readClock();
      this.recorder.advance(this.parts.clock.nowUs());
      this.finishWhenOver();
      if (this.current !== 'starting') return;
      const { counts } = this.recorder;
      if (counts && this.phase === 'running') this.listener.onProgress(counts.window.benchId, counts.progress());
      this.scheduleTick();
    });
  }

  private finishWhenOver(): void {
    const { counts, newestTimeUs } = this.recorder;
    if (this.current !== 'starting' || !counts) return;
    const { stopTimeUs } = counts.window;
    // Frames come in order, so that with the first one after the window all of it are here.
    const isOver = (newestTimeUs ?? 0) >= stopTimeUs || (this.serverTimeUs() ?? 0) >= stopTimeUs + GRACE_US;
    if (isOver) void this.finish();
  }

  private async finish(): Promise<void> {
    const nowUs = this.parts.clock.nowUs();
    const { counts } = this.recorder;
    if (!counts) return;
    this.cancelTick();
    this.readClock();
    this.recorder.finish(nowUs);
    const span = this.span();
    const { reconnects, estimate: clock } = this;
    const [outageUs, ownDelayP99Us] = [this.outage.totalUs(nowUs, span), this.ownDelay.end()];
    const facts = { reconnects, outageUs, ownDelayP99Us, clock, about: this.about(span) };
    this.become('finishing');
    const result = await this.parts.resultOf(counts, facts);
    // Another window may have begun meanwhile.
    if (this.recorder.counts === counts) this.become('done');
    this.listener.onResult(counts.window.benchId, result);
  }

  private about(span: Span | null): string {
    const hiddenS = Math.round(this.hidden.totalUs(this.parts.clock.nowUs(), span) / 1e6);
    return hiddenS > 0 ? `${this.parts.about}, hidden for ${hiddenS} s` : this.parts.about;
  }

  /** The clock as it was last known serves where it is not known now. */
  private readClock(): void {
    this.estimate = this.parts.serverClock() ?? this.estimate;
    this.offsetUs = this.estimate?.offsetUs ?? this.offsetUs;
  }

  private serverTimeUs(): number | null {
    return this.offsetUs === null ? null : this.parts.clock.nowUs() + this.offsetUs;
  }

  /** The window in our clock. */
  private span(): Span | null {
    const { counts } = this.recorder;
    if (!counts || this.offsetUs === null) return null;
    return { fromUs: counts.window.startTimeUs - this.offsetUs, toUs: counts.window.stopTimeUs - this.offsetUs };
  }

  private become(phase: BenchPhase): void {
    this.current = phase;
    this.listener.onPhase();
  }
}
