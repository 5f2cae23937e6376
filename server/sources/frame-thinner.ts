/** Weight of the newest frame in the learned interval. */
const LEARN_WEIGHT = 1 / 8;

/**
 * Lets the frames of a source whose rate nobody knows pass at no more than `maxFps`. They are chosen on an absolute
 * grid, so that 30 fps thinned to 10 is every third frame. A frame may come earlier than its place by half of what
 * usually lies between two, since none lies exactly on the grid.
 */
export class FrameThinner {
  private readonly gridUs: number;
  private nextUs = -Infinity;
  private lastUs: number | null = null;
  private intervalUs = 0;

  constructor(maxFps: number) {
    this.gridUs = 1_000_000 / maxFps;
  }

  /** Whether the frame that arrived at `timeUs` may pass; frames must be asked for in order. */
  admits(timeUs: number): boolean {
    this.learn(timeUs);
    const toleranceUs = Math.min(this.intervalUs, this.gridUs) / 2;
    if (timeUs < this.nextUs - toleranceUs) return false;
    const isFarBehind = timeUs - this.nextUs > this.gridUs;
    this.nextUs = (isFarBehind ? timeUs : this.nextUs) + this.gridUs;
    return true;
  }

  private learn(timeUs: number): void {
    if (this.lastUs !== null) {
      const sinceLastUs = Math.min(timeUs - this.lastUs, this.gridUs);
      this.intervalUs += (sinceLastUs - this.intervalUs) * (this.intervalUs === 0 ? 1 : LEARN_WEIGHT);
    }
    this.lastUs = timeUs;
  }
}
