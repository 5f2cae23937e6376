/**
 * Lets frames pass at no more than `maxFps`, chosen by capture time on an absolute grid, so that 30 fps thinned to 10
 * is every third frame and an odd ratio stays even over time.
 */
export class RateGate {
  private readonly intervalUs: number;
  private nextUs = -Infinity;

  /** @param fps the stream's own rate: half its frame interval is the tolerance, since no frame lies exactly on the grid */
  constructor(
    maxFps: number,
    private readonly fps: number,
  ) {
    this.intervalUs = 1_000_000 / maxFps;
  }

  /** Whether the frame captured at `captureTimeUs` may pass; frames must be asked for in order. */
  admits(captureTimeUs: number): boolean {
    const toleranceUs = 500_000 / this.fps;
    if (captureTimeUs < this.nextUs - toleranceUs) return false;
    const behindUs = captureTimeUs - this.nextUs;
    this.nextUs = (behindUs > this.intervalUs ? captureTimeUs : this.nextUs) + this.intervalUs;
    return true;
  }
}
