/** Where a frame begins: its time in the file and its cluster's place, counted from the begin of the segment's data. */
export interface CuePoint {
  readonly timeUs: number;
  readonly position: number;
}

const FIRST_INTERVAL_US = 1_000_000;
/** Four hours at a point a second, and never less than one point in every 4,096th of the file. */
const MAX_POINTS = 16_384;

/**
 * Chooses the frames that players can jump to: one a second, and fewer the longer the file gets, so that memory stays
 * bounded however long it is recorded.
 */
export class CuePoints {
  private points: CuePoint[] = [];
  private intervalUs = FIRST_INTERVAL_US;

  /** Takes the next frame, in order of time. */
  offer(timeUs: number, position: number): void {
    const last = this.points.at(-1);
    if (last && timeUs - last.timeUs < this.intervalUs) return;
    this.points.push({ timeUs, position });
    if (this.points.length > MAX_POINTS) this.thin();
  }

  list(): readonly CuePoint[] {
    return this.points;
  }

  private thin(): void {
    this.intervalUs *= 2;
    this.points = this.points.filter((_, index) => index % 2 === 0);
  }
}
