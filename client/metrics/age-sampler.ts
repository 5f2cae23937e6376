import { LatencyHistogram } from '../../shared/histogram.js';
import { AgeCadence } from '../../shared/receiver/age-cadence.js';

/** Samples the age of the newest frame, as `AgeCadence` does, into a histogram. All times are microseconds of our clock. */
export class AgeSampler extends AgeCadence {
  readonly histogram: LatencyHistogram;

  /** `periodUs` is the time from one frame to the next at the stream's nominal rate; null samples nothing yet. */
  constructor(periodUs: number | null) {
    const histogram = new LatencyHistogram();
    super(periodUs, (ageUs, count) => histogram.record(ageUs, count));
    this.histogram = histogram;
  }

  /** Forgets what was sampled up to `nowUs`. */
  reset(nowUs: number): void {
    this.advance(nowUs);
    this.histogram.reset();
  }
}
