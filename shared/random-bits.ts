/** Random numbers that are the same everywhere and in every run: xorshift32 (Marsaglia, "Xorshift RNGs", 2003). */
export class RandomBits {
  private state: number;

  constructor(seed: number) {
    // Seeds are small and alike, and the first numbers of alike seeds are alike; 0 would stay 0.
    this.state = Math.imul(seed + 1, 0x9e3779b1) | 1;
    for (let round = 0; round < 8; round += 1) this.next();
  }

  /** 32 bits, with a sign. */
  next(): number {
    this.state ^= this.state << 13;
    this.state ^= this.state >>> 17;
    this.state ^= this.state << 5;
    return this.state;
  }

  /** A whole number from 0 up to, not including, `limit`. */
  below(limit: number): number {
    return Math.floor(((this.next() >>> 0) / 2 ** 32) * limit);
  }

  /** A whole number between two, both included. */
  between(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }

  /** One of `items`, which must not be empty. */
  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }

  /** Fills `bytes`, whose length is a multiple of four. */
  fill(bytes: Uint8Array): void {
    const words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2);
    let state = this.state;
    for (let index = 0; index < words.length; index += 1) {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      words[index] = state;
    }
    this.state = state;
  }
}
