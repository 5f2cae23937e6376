import type { Clock } from '../../shared/clock.js';
import type { ArrivedFrame } from './load-source.js';
import type { SenderTime } from './rtcp-reader.js';

/** That of the operating system is read to the millisecond. */
const WALL_RESOLUTION_US = 1000;

/** What a server of gortsplib, as MediaMTX is one, calls itself in its answers. */
const GORTSPLIB = /gortsplib|mediamtx/i;

/** Who stamps pictures, and how. */
export interface RtpClockOptions {
  /** Ticks a second. */
  readonly clockRate: number;
  /** How far the sender's wall clock may be from ours. */
  readonly clockErrorUs: number;
  /** What the server calls itself. */
  readonly serverName: string;
}

/**
 * Makes capture times of RTP timestamps, by the sender reports of a sender whose clock is known. Before its issue 869 was
 * mended in 2025 gortsplib wrote nanoseconds where RFC 3550 (section 4) wants a binary fraction of a second. Until a
 * report of such a server proves which of both it does, times lie in the middle of both readings, and the error reaches
 * to either.
 */
export class RtpClock {
  private report: (SenderTime & { readonly timeUs: number; readonly errorUs: number }) | null = null;
  private isByRfc: boolean;

  constructor(
    private readonly options: RtpClockOptions,
    private readonly clock: Clock,
  ) {
    this.isByRfc = !GORTSPLIB.test(options.serverName);
  }

  onReport(report: SenderTime): void {
    const { wallTimeUs, nanosecondTimeUs } = report;
    if (nanosecondTimeUs === null) this.isByRfc = true;
    const apartUs = this.isByRfc || nanosecondTimeUs === null ? 0 : nanosecondTimeUs - wallTimeUs;
    // Reports are by a wall clock, which may have been set since our clock began.
    const timeUs = wallTimeUs + apartUs / 2 - (this.clock.wallUs() - this.clock.nowUs());
    this.report = { ...report, timeUs, errorUs: Math.ceil(apartUs / 2) };
  }

  /** The capture time of a picture; null without a report of its sender. */
  captureOf(rtpTime: number, ssrc: number | null): ArrivedFrame['capture'] {
    const { report } = this;
    const { clockRate, clockErrorUs } = this.options;
    if (!report || report.ssrc !== ssrc) return null;
    const sinceUs = (((rtpTime - report.rtpTime) | 0) * 1e6) / clockRate;
    const errorUs = clockErrorUs + report.errorUs + WALL_RESOLUTION_US + Math.ceil(1e6 / clockRate);
    return { timeUs: Math.round(report.timeUs + sinceUs), errorUs };
  }
}
