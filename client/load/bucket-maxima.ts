/**
 * The greatest value of each bucket of a window. When the window turns out longer than its buckets reach, two become one,
 * again and again, so memory stays bounded.
 */
export class BucketMaxima {
  private maxima: (number | null)[] = [];

  constructor(
    private readonly startUs: number,
    private width: number,
    private readonly maxBuckets: number,
  ) {}

  get widthUs(): number {
    return this.width;
  }

  /** The maxima of all buckets up to the last that has one; null for one without values. */
  all(): (number | null)[] {
    return this.of(this.width, this.maxima.length);
  }

  /** Takes a value of the moment `atUs`; one from before the window counts in its first bucket. */
  note(atUs: number, value: number): void {
    let index = this.indexOf(atUs);
    while (index >= this.maxBuckets) {
      this.fold();
      index = this.indexOf(atUs);
    }
    const before = this.maxima[index] ?? null;
    if (before === null || value > before) this.maxima[index] = value;
  }

  /** The maxima of buckets of `widthUs`, as many as `length`; null for one without values. `widthUs` is at least as wide. */
  of(widthUs: number, length: number): (number | null)[] {
    while (this.width < widthUs) this.fold();
    return Array.from({ length }, (_, index) => this.maxima[index] ?? null);
  }

  private indexOf(atUs: number): number {
    return Math.max(0, Math.floor((atUs - this.startUs) / this.width));
  }

  private fold(): void {
    const { maxima } = this;
    this.maxima = Array.from({ length: Math.ceil(maxima.length / 2) }, (_, index) =>
      greater(maxima[2 * index] ?? null, maxima[2 * index + 1] ?? null),
    );
    this.width *= 2;
  }
}

/** The greater of two values, of which either may be missing. */
export function greater(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return Math.max(a, b);
}
