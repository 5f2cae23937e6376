/** The window slides in so many steps. */
const PARTS = 10;

/**
 * Frames per second over a sliding window, in constant memory. Times are microseconds of any clock that does not run
 * backwards.
 */
export class RateMeter {
  /** The whole parts of the window and the one that is being filled. */
  private readonly counts = new Array<number>(PARTS + 1).fill(0);
  /** Number of the part that is being filled, counted from the start. */
  private part = 0;
  /** Frames in the whole parts. */
  private total = 0;

  constructor(
    readonly windowUs: number,
    private readonly startUs: number,
  ) {}

  /** Counts frames that came at `nowUs`. */
  add(frames: number, nowUs: number): void {
    this.slide(nowUs);
    this.counts[this.part % (PARTS + 1)] = this.current + frames;
  }

  /** Frames per second over the window; null until it was filled once. */
  rate(nowUs: number): number | null {
    this.slide(nowUs);
    return this.part < PARTS ? null : (this.total * 1_000_000) / this.windowUs;
  }

  private get current(): number {
    return this.counts[this.part % (PARTS + 1)] ?? 0;
  }

  private slide(nowUs: number): void {
    const target = Math.floor(((nowUs - this.startUs) * PARTS) / this.windowUs);
    if (target - this.part > PARTS) this.empty(target);
    while (this.part < target) {
      this.total += this.current;
      this.part += 1;
      // The place of the new part holds the oldest one, which leaves the window.
      this.total -= this.current;
      this.counts[this.part % (PARTS + 1)] = 0;
    }
  }

  private empty(part: number): void {
    this.counts.fill(0);
    this.total = 0;
    this.part = part;
  }
}
