/** Totals of a stream, which only grow. */
export interface SentTotals {
  readonly frames: number;
  readonly bytes: number;
}

/** What a stream sent a second. */
export interface SentRate {
  readonly fps: number;
  readonly bitrateBps: number;
  /** The time that this is the mean of. */
  readonly spanUs: number;
}

interface Sample extends SentTotals {
  readonly timeUs: number;
}

const KEPT_SAMPLES = 6;
const MIN_SPAN_US = 900_000;

/** The rate over the last few samples of totals, which come about once a second. */
export class StreamRate {
  private samples: Sample[] = [];

  sample(timeUs: number, { frames, bytes }: SentTotals): void {
    this.samples.push({ timeUs, frames, bytes });
    if (this.samples.length > KEPT_SAMPLES) this.samples.shift();
  }

  /** The next sample is the first. */
  reset(): void {
    this.samples = [];
  }

  /** Null while there is too little to measure. */
  get rate(): SentRate | null {
    const first = this.samples[0];
    const last = this.samples.at(-1);
    if (!first || !last || last.timeUs - first.timeUs < MIN_SPAN_US) return null;
    const spanUs = last.timeUs - first.timeUs;
    const perSecond = 1_000_000 / spanUs;
    return {
      fps: (last.frames - first.frames) * perSecond,
      bitrateBps: (last.bytes - first.bytes) * 8 * perSecond,
      spanUs,
    };
  }
}
