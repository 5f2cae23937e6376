/**
 * The schedule of a paced source: frame n is due at start + n / fps, computed afresh for each n, so that nothing drifts
 * however long it runs. Times are microseconds since the epoch.
 */
export class Timeline {
  constructor(
    readonly startTimeUs: number,
    readonly fps: number,
  ) {}

  /** When frame `sequence` is due, to the nearest microsecond. */
  dueTimeUs(sequence: number): number {
    return this.startTimeUs + Math.round((sequence * 1_000_000) / this.fps);
  }

  /** The newest frame that is due at `timeUs`; negative before the start. */
  sequenceAt(timeUs: number): number {
    const guess = Math.floor(((timeUs - this.startTimeUs) * this.fps) / 1_000_000);
    return this.dueTimeUs(guess + 1) <= timeUs ? guess + 1 : guess;
  }

  /** Time between two frames in microseconds, not rounded. */
  get intervalUs(): number {
    return 1_000_000 / this.fps;
  }
}
