import { HEADER_BYTES, openEnvelope, refuseHistogram, sealEnvelope } from './histogram-envelope.js';

/** Most values that a histogram holds; so a bucket, which counts in 32 bits, cannot wrap. */
export const MAX_COUNT = 2 ** 32 - 1;

const DIGITS_AT = 12;
const LOWEST_AT = 16;
const HIGHEST_AT = 24;
/** Seven bits each, they hold every count up to `MAX_COUNT` with its sign. */
const MAX_NUMBER_BYTES = 5;

/**
 * Checks an encoded HdrHistogram (V2, compressed, base64) that may come from a peer, before hdr-histogram-js decodes it:
 * that library inflates without a limit, and a skip of 2^48 zeros keeps it busy for hours. Returns what is safe to decode,
 * sealed anew, because the library reads damaged base64 otherwise than Node.js does. Taken are up to five significant
 * digits, steps of 1, a range up to 2^32 - 1 and as many values. Throws BAD_MESSAGE.
 */
export function guardHistogram(base64: string): string {
  const plain = openEnvelope(base64);
  checkCounts(plain, countBuckets(plain));
  return sealEnvelope(plain);
}

/** How many buckets a histogram with this header has, at most 2^21. */
function countBuckets(plain: Buffer): number {
  const digits = plain.readUInt32BE(DIGITS_AT);
  if (digits > 5) refuseHistogram('states more than five significant digits');
  if (plain.readBigUInt64BE(LOWEST_AT) !== 1n) refuseHistogram('does not count in steps of 1');
  const highest = plain.readBigUInt64BE(HIGHEST_AT);
  if (highest < 2n || highest >= 2n ** 32n) refuseHistogram('states an impossible range');
  // The first 2^(bits + 1) values have a bucket each; from there on each doubling has 2^bits.
  const bits = Math.max(0, Math.ceil(Math.log2(2 * 10 ** digits)) - 1);
  const doublings = Math.max(0, 32 - Math.clz32(Number(highest)) - (bits + 1));
  return (doublings + 2) * 2 ** bits;
}

/** A number from 0 on is the count of the next bucket, one below tells how many buckets to skip. */
function checkCounts(plain: Buffer, buckets: number): void {
  const cursor = { at: HEADER_BYTES };
  let index = 0;
  let total = 0;
  while (cursor.at < plain.length) {
    const number = readZigZag(plain, cursor);
    index += number < 0 ? -number : 1;
    total += Math.max(0, number);
    if (index > buckets) refuseHistogram('holds values beyond its range');
    if (total > MAX_COUNT) refuseHistogram('holds more than 2^32 - 1 values');
  }
}

/** Reads a LEB128 number, seven bits a byte and lowest first; ZigZag has the sign in the lowest bit. */
function readZigZag(bytes: Buffer, cursor: { at: number }): number {
  let zigzag = 0;
  for (let i = 0; i < MAX_NUMBER_BYTES; i += 1) {
    const byte = bytes[cursor.at] ?? refuseHistogram('ends inside a count');
    cursor.at += 1;
    zigzag += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return zigzag % 2 === 1 ? -(zigzag + 1) / 2 : zigzag / 2;
  }
  return refuseHistogram('holds a number out of range');
}
