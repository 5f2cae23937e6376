/** Least, mean and greatest of some values. */
export interface Figure {
  readonly min: number;
  readonly mean: number;
  readonly max: number;
}

/** Least, mean and greatest of values that come one by one. */
export class RunningFigure {
  private count = 0;
  private sum = 0;
  private min = Infinity;
  private max = -Infinity;

  /** Takes the next value; null is none. */
  add(value: number | null): void {
    if (value === null) return;
    this.count += 1;
    this.sum += value;
    this.min = Math.min(this.min, value);
    this.max = Math.max(this.max, value);
  }

  /** Null while there was none. */
  get figure(): Figure | null {
    if (this.count === 0) return null;
    return { min: this.min, mean: this.sum / this.count, max: this.max };
  }
}
