import { LatencyHistogram } from '../../shared/histogram.js';
import type { SecondFigures } from './snapshot.js';

const SECOND_US = 1_000_000;
/** Seconds remembered. */
const MAX_SECONDS = 300;

/** Least and greatest of the whole seconds so far. */
export interface SecondExtremes {
  readonly minFrames: number;
  readonly maxFrames: number;
  readonly maxBytes: number;
}

/**
 * What arrived in each second since `startUs`. A second is whole when the stream was there from its beginning to its end:
 * neither the one in which the first frame came nor the one that goes on still.
 */
export class SecondSeries {
  private readonly recent: SecondFigures[] = [];
  private readonly latency = new LatencyHistogram();
  private second = 0;
  private endUs: number;
  private frames = 0;
  private bytes = 0;
  private errorUs: number | null = null;
  /** From which second on seconds are whole; null while no frame is due. */
  private wholeFrom: number | null = null;
  private seenExtremes: SecondExtremes | null = null;
  private seenLastWhole: SecondFigures | null = null;

  constructor(startUs: number) {
    this.endUs = startUs + SECOND_US;
  }

  /** The least and greatest whole second; null while there is none. */
  get extremes(): SecondExtremes | null {
    return this.seenExtremes;
  }

  /** The last whole second; null while there is none. */
  get lastWhole(): SecondFigures | null {
    return this.seenLastWhole;
  }

  onFrame(receiveTimeUs: number, bytes: number): void {
    if (receiveTimeUs >= this.endUs) this.advance(receiveTimeUs);
    this.wholeFrom ??= this.second + 1;
    this.frames += 1;
    this.bytes += bytes;
  }

  /** Data that is no frame of the present: a stream has not begun by it. */
  onKept(receiveTimeUs: number, bytes: number): void {
    if (receiveTimeUs >= this.endUs) this.advance(receiveTimeUs);
    this.bytes += bytes;
  }

  /** A latency with the bound of its error; it counts in the second that goes on. */
  onLatency(latencyUs: number, errorUs: number): void {
    this.latency.record(latencyUs);
    this.errorUs = Math.max(this.errorUs ?? 0, errorUs);
  }

  /** Closes the seconds that are over by `nowUs`; after a long silence only as many as are remembered. */
  advance(nowUs: number): void {
    if (nowUs < this.endUs) return;
    this.close();
    const silent = Math.floor((nowUs - this.endUs) / SECOND_US) + 1;
    const forgotten = Math.max(0, silent - MAX_SECONDS);
    this.second += forgotten;
    this.endUs += forgotten * SECOND_US;
    while (nowUs >= this.endUs) this.close();
  }

  /** No frame is due any more after `nowUs`. */
  stop(nowUs: number): void {
    this.advance(nowUs);
    this.wholeFrom = null;
  }

  /** The seconds that are over, oldest first, at most 300. */
  figures(): SecondFigures[] {
    const oldest = this.second % MAX_SECONDS;
    return this.second <= MAX_SECONDS
      ? this.recent.slice(0, this.second)
      : [...this.recent.slice(oldest), ...this.recent.slice(0, oldest)];
  }

  private close(): void {
    const figures: SecondFigures = {
      second: this.second,
      frames: this.frames,
      bytes: this.bytes,
      latencyP50Us: this.latency.quantile(0.5),
      latencyP99Us: this.latency.quantile(0.99),
      errorUs: this.errorUs,
    };
    this.recent[this.second % MAX_SECONDS] = figures;
    if (this.wholeFrom !== null && this.second >= this.wholeFrom) this.noteWhole(figures);
    this.second += 1;
    this.endUs += SECOND_US;
    this.frames = 0;
    this.bytes = 0;
    this.errorUs = null;
    if (this.latency.count > 0) this.latency.reset();
  }

  private noteWhole(figures: SecondFigures): void {
    const { frames, bytes } = figures;
    const { minFrames, maxFrames, maxBytes } = this.seenExtremes ?? { minFrames: frames, maxFrames: 0, maxBytes: 0 };
    this.seenLastWhole = figures;
    this.seenExtremes = {
      minFrames: Math.min(minFrames, frames),
      maxFrames: Math.max(maxFrames, frames),
      maxBytes: Math.max(maxBytes, bytes),
    };
  }
}
