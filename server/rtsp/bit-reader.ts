/** The longest code of a number that fits 32 bits. */
const MAX_ZEROS = 31;

/**
 * Reads the payload of a NAL unit bit by bit (ITU-T H.264, sections 7.2 and 9.1), leaving out the bytes that only keep it
 * from looking like a start code. Every read throws RangeError at its end, or for a number that fits no 32 bits.
 */
export class BitReader {
  private readonly bytes: Buffer;
  private position = 0;

  /** @param unit a NAL unit; `headerBytes` of it are passed over */
  constructor(unit: Buffer, headerBytes: number) {
    this.bytes = withoutEmulationPrevention(unit.subarray(headerBytes));
  }

  /** An unsigned number of `count` bits, at most 32. */
  bits(count: number): number {
    let value = 0;
    for (let bit = 0; bit < count; bit += 1) value = value * 2 + this.bit();
    return value;
  }

  flag(): boolean {
    return this.bit() === 1;
  }

  skip(count: number): void {
    this.position += count;
  }

  /** An unsigned number as Exp-Golomb code, `ue(v)`. */
  unsigned(): number {
    let zeros = 0;
    while (this.bit() === 0) {
      zeros += 1;
      if (zeros > MAX_ZEROS) throw new RangeError('the number is too long');
    }
    return 2 ** zeros - 1 + this.bits(zeros);
  }

  /** A signed number as Exp-Golomb code, `se(v)`. */
  signed(): number {
    const code = this.unsigned();
    return code % 2 === 1 ? (code + 1) / 2 : -code / 2;
  }

  private bit(): number {
    const byte = this.bytes.readUInt8(this.position >> 3);
    const bit = (byte >> (7 - (this.position & 7))) & 1;
    this.position += 1;
    return bit;
  }
}

/** Two zeros are followed by a three where one to three would follow; the three means nothing. */
function withoutEmulationPrevention(bytes: Buffer): Buffer {
  return Buffer.from(bytes.filter((byte, index) => byte !== 3 || bytes[index - 1] !== 0 || bytes[index - 2] !== 0));
}
