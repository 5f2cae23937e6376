const SECOND_US = 1_000_000;

/** Counts the frames of each whole second: one through which the stream was there from its beginning to its end. */
export class WholeSeconds {
  private endUs: number;
  private frames = 0;
  private isWhole: boolean;
  private least = Infinity;
  private greatest = 0;

  /** @param isRunning whether the stream is there already at `startUs` */
  constructor(
    startUs: number,
    private isRunning: boolean,
  ) {
    this.endUs = startUs + SECOND_US;
    this.isWhole = isRunning;
  }

  onFrame(arrivalTimeUs: number): void {
    if (arrivalTimeUs >= this.endUs) this.advance(arrivalTimeUs);
    this.isRunning = true;
    this.frames += 1;
  }

  /** Closes the seconds that are over by `nowUs`. */
  advance(nowUs: number): void {
    while (nowUs >= this.endUs) {
      if (this.isWhole) {
        this.least = Math.min(this.least, this.frames);
        this.greatest = Math.max(this.greatest, this.frames);
      }
      this.isWhole = this.isRunning;
      this.frames = 0;
      this.endUs += SECOND_US;
    }
  }

  /** The stream came to its end. */
  stop(nowUs: number): void {
    this.advance(nowUs);
    this.isRunning = false;
    this.isWhole = false;
  }

  /** Frames of the seconds with the fewest and the most; null while no second was whole. */
  extremes(): { readonly min: number; readonly max: number } | null {
    return this.least === Infinity ? null : { min: this.least, max: this.greatest };
  }
}
