/** Thrown when bytes end before what is read from them does: more have to come. */
export class NotEnoughBytes extends Error {}

/** Longest number that is still whole: eight groups of seven bits are more than 2^53. */
const MAX_NUMBER_BYTES = 8;

/** Reads the numbers of NUT, one after the other. */
export class NutBytes {
  constructor(
    private readonly bytes: Buffer,
    public position = 0,
  ) {}

  /** @throws {NotEnoughBytes} */
  byte(): number {
    const value = this.bytes[this.position];
    if (value === undefined) throw new NotEnoughBytes();
    this.position += 1;
    return value;
  }

  /**
   * A `v`: groups of seven bits, most significant first, each but the last with its top bit set.
   *
   * @throws {RangeError} for one that is no safe integer
   */
  unsigned(): number {
    let value = 0;
    for (let count = 0; count < MAX_NUMBER_BYTES; count += 1) {
      const byte = this.byte();
      value = value * 128 + (byte & 0x7f);
      if (byte < 0x80 && Number.isSafeInteger(value)) return value;
    }
    throw new RangeError('a number is too large');
  }

  /** An `s`: a `v` with the sign in its lowest bit. */
  signed(): number {
    const value = this.unsigned() + 1;
    return value % 2 === 1 ? -Math.floor(value / 2) : value / 2;
  }

  skip(count: number): void {
    if (this.position + count > this.bytes.length) throw new NotEnoughBytes();
    this.position += count;
  }
}
