import { LatencyHistogram } from '../../shared/histogram.js';
import { quantilesOf } from '../metrics/figures.js';
import type { Episodes, Quantiles } from '../metrics/snapshot.js';
import { EpisodeCounter } from './episodes.js';
import { FramePeriod } from './frame-period.js';
import { HeldFigures } from './held-figures.js';
import type { ProbedPicture } from './probe-events.js';

/** What `PathPace` contributes to a snapshot. */
export interface PaceFigures {
  readonly jitterUs: Quantiles;
  readonly arrivalGaps: Episodes;
  readonly mediaGaps: { readonly count: number; readonly frames: number };
}

/** A picture this many periods after the one before came late. */
const ARRIVAL_GAP_PERIODS = 2;
/** A step of the time line by so many periods has left a picture out. */
const MEDIA_GAP_PERIODS = 1.5;
/** A step by more than this is no gap, but another time line. */
const MAX_MEDIA_GAP_US = 60_000_000;

/** How evenly pictures come, and whether the sender's time line has gaps. */
export class PathPace {
  private readonly period = new FramePeriod();
  private readonly jitter = new LatencyHistogram();
  private readonly arrivalGaps = new EpisodeCounter();
  private mediaGaps = { count: 0, frames: 0 };
  /** Without the leaps since the last step that was none. */
  private gapsBefore = this.mediaGaps;
  private readonly heldJitter = new HeldFigures<number>((jitterUs) => this.jitter.record(jitterUs));
  private last: Pick<ProbedPicture, 'arrivalTimeUs' | 'mediaTimeUs'> | null = null;

  /** Time from picture to picture in microseconds; null while it is not known. */
  get periodUs(): number | null {
    return this.period.us;
  }

  onNominal(fps: number | null): void {
    this.period.onNominal(fps);
  }

  onPicture({ arrivalTimeUs, mediaTimeUs, timing }: ProbedPicture): void {
    const before = this.last;
    this.last = { arrivalTimeUs, mediaTimeUs };
    this.heldJitter.onPicture(arrivalTimeUs, this.periodUs);
    if (!before) return;
    const arrivalStepUs = arrivalTimeUs - before.arrivalTimeUs;
    const { us: periodUs } = this.period;
    if (periodUs !== null && arrivalStepUs > ARRIVAL_GAP_PERIODS * periodUs) this.arrivalGaps.add(arrivalStepUs);
    if (mediaTimeUs === null || before.mediaTimeUs === null) return this.period.onStep(arrivalStepUs);
    const mediaStepUs = mediaTimeUs - before.mediaTimeUs;
    this.onMediaStep(mediaStepUs);
    // What looked like leaps was the new rate.
    if (this.period.onMediaStep(mediaStepUs)) this.mediaGaps = this.gapsBefore;
    // RFC 3550, section 6.4.1: the difference D of the spacing at the receiver and at the source.
    if (timing === 'paced' || !isOneTimeLine(mediaStepUs)) return;
    const jitterUs = Math.abs(arrivalStepUs - mediaStepUs);
    if (timing === 'if followed') this.heldJitter.hold(jitterUs, arrivalTimeUs);
    else this.jitter.record(jitterUs);
  }

  /** The next picture cannot be compared: the connection was down. */
  restart(): void {
    this.last = null;
    this.heldJitter.clear();
  }

  reset(): void {
    this.jitter.reset();
    this.heldJitter.clear();
    this.arrivalGaps.reset();
    this.mediaGaps = { count: 0, frames: 0 };
    this.gapsBefore = this.mediaGaps;
  }

  figures(): PaceFigures {
    return { jitterUs: quantilesOf(this.jitter), arrivalGaps: this.arrivalGaps.figures(), mediaGaps: this.mediaGaps };
  }

  private onMediaStep(stepUs: number): void {
    const { us: periodUs } = this.period;
    if (periodUs === null || stepUs <= MEDIA_GAP_PERIODS * periodUs || !isOneTimeLine(stepUs)) {
      this.gapsBefore = this.mediaGaps;
      return;
    }
    const { count, frames } = this.mediaGaps;
    this.mediaGaps = { count: count + 1, frames: frames + Math.round(stepUs / periodUs) - 1 };
  }
}

function isOneTimeLine(stepUs: number): boolean {
  return Math.abs(stepUs) <= MAX_MEDIA_GAP_US;
}
