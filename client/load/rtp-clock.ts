import type { Clock } from '../../shared/clock.js';
import type { ArrivedFrame } from './load-source.js';
import type { SenderTime } from './rtcp-reader.js';

/** That of the operating system is read to the millisecond. */
const WALL_RESOLUTION_US = 1000;

/** Makes capture times of RTP timestamps, by the sender reports of a sender whose clock is known. */
export class RtpClock {
  private report: (SenderTime & { readonly timeUs: number }) | null = null;

  /**
   * @param clockRate ticks a second
   * @param clockErrorUs how far the sender's wall clock may be from ours
   */
  constructor(
    private readonly clockRate: number,
    private readonly clockErrorUs: number,
    private readonly clock: Clock,
  ) {}

  onReport(report: SenderTime): void {
    // Reports are by a wall clock, which may have been set since our clock began.
    const timeUs = report.wallTimeUs - (this.clock.wallUs() - this.clock.nowUs());
    this.report = { ...report, timeUs };
  }

  /** The capture time of a picture; null without a report of its sender. */
  captureOf(rtpTime: number, ssrc: number | null): ArrivedFrame['capture'] {
    const { report, clockRate } = this;
    if (!report || report.ssrc !== ssrc) return null;
    const sinceUs = (((rtpTime - report.rtpTime) | 0) * 1e6) / clockRate;
    const errorUs = this.clockErrorUs + WALL_RESOLUTION_US + Math.ceil(1e6 / clockRate);
    return { timeUs: Math.round(report.timeUs + sinceUs), errorUs };
  }
}
