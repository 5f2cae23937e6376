import { LatencyHistogram } from '../../shared/histogram.js';
import type { Timecode } from '../../shared/timecode/timecode.js';
import { latencyFiguresOf } from '../metrics/figures.js';
import type { EncodedHistograms, LatencyFigures } from '../metrics/snapshot.js';
import type { ProbedPicture } from './probe-events.js';

/** What relates the clock that time codes are written by to ours. */
export interface ClockReading {
  /** That clock minus ours. */
  readonly offsetUs: number;
  readonly errorUs: number;
}

/** A latency with the bound of its error, and when the picture was captured and came, in our clock. */
export interface PictureLatency {
  readonly latencyUs: number;
  readonly errorUs: number;
  readonly captureTimeUs: number;
  readonly arrivalTimeUs: number;
}

/** The latencies of one picture; null where there is no capture time of that kind. */
export interface MeasuredPicture {
  readonly byCode: PictureLatency | null;
  readonly byStatement: PictureLatency | null;
}

/** Both clocks tell whole microseconds. */
export const CLOCK_RESOLUTION_US = 1;
const MAX_BARS = 64;

/** @param clock null while nothing is known about the clock of the time codes */
export function measurePicture(
  { arrivalTimeUs, stated }: ProbedPicture,
  code: Timecode | null,
  clock: ClockReading | null,
): MeasuredPicture {
  const since = (captureTimeUs: number, errorUs: number): PictureLatency => {
    return { latencyUs: arrivalTimeUs - captureTimeUs, errorUs, captureTimeUs, arrivalTimeUs };
  };
  const hasCode = code?.kind === 'capture' && clock !== null;
  return {
    byCode: hasCode ? since(code.timeUs - clock.offsetUs, clock.errorUs + CLOCK_RESOLUTION_US) : null,
    byStatement: stated && since(stated.captureTimeUs, stated.errorUs),
  };
}

/** The latencies of a path: by the time codes of its pictures, and by what the path says of their capture times. */
export class PathLatency {
  private readonly byCode = new Latencies();
  private readonly byStatement = new Latencies();

  /** Whether figures are those of time codes. */
  get isByCode(): boolean {
    return this.byCode.histogram.count > 0;
  }

  /** The latency of a picture: by its code where the pictures of the path have any. */
  of({ byCode, byStatement }: MeasuredPicture): PictureLatency | null {
    return byCode ?? (this.isByCode ? null : byStatement);
  }

  /** Records a picture, and returns its latency. */
  record(measured: MeasuredPicture): PictureLatency | null {
    if (measured.byStatement) this.byStatement.record(measured.byStatement);
    if (measured.byCode) this.byCode.record(measured.byCode);
    return this.of(measured);
  }

  /** The figures, and those by the statement of the path where they are others. */
  figures(): { readonly latencyUs: LatencyFigures; readonly statedLatencyUs: LatencyFigures | null } {
    const hasBoth = this.isByCode && this.byStatement.histogram.count > 0;
    return { latencyUs: this.main.figures(), statedLatencyUs: hasBoth ? this.byStatement.figures() : null };
  }

  get hasAny(): boolean {
    return this.main.histogram.count > 0;
  }

  bars(): ReturnType<LatencyHistogram['bars']> {
    return this.main.histogram.bars(MAX_BARS);
  }

  encode(): EncodedHistograms {
    const { histogram } = this.main;
    return { latency: histogram.encode(), latencyNegative: histogram.encodeNegative() };
  }

  reset(): void {
    this.byCode.reset();
    this.byStatement.reset();
  }

  private get main(): Latencies {
    return this.isByCode ? this.byCode : this.byStatement;
  }
}

class Latencies {
  readonly histogram = new LatencyHistogram();
  private errorUs: number | null = null;

  record({ latencyUs, errorUs }: PictureLatency): void {
    this.histogram.record(latencyUs);
    this.errorUs = Math.max(this.errorUs ?? 0, errorUs);
  }

  figures(): LatencyFigures {
    return latencyFiguresOf(this.histogram, this.errorUs);
  }

  reset(): void {
    this.histogram.reset();
    this.errorUs = null;
  }
}
