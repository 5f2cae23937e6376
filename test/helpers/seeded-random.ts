/** Random numbers that are the same in every run: xorshift32 (Marsaglia, "Xorshift RNGs", 2003). */
export class SeededRandom {
  private state: number;

  /** `seed` is any whole number but 0. */
  constructor(seed: number) {
    this.state = seed | 0;
  }

  /** A whole number from 0 up to, not including, `limit`. */
  below(limit: number): number {
    this.state ^= this.state << 13;
    this.state ^= this.state >>> 17;
    this.state ^= this.state << 5;
    return Math.floor(((this.state >>> 0) / 2 ** 32) * limit);
  }

  /** One of `items`, which must not be empty. */
  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }
}
