import { HEADER_BYTES, MAX_PLAIN_BYTES, openEnvelope, refuseHistogram } from './histogram-envelope.js';

/** How much of an encoded histogram is taken, which bounds the time that reading it takes. */
export interface HistogramLimits {
  /** At most five; each of them takes ten times the buckets. */
  readonly maxDigits: number;
  readonly maxPlainBytes: number;
}

/** What every histogram of ours keeps, whatever it holds: one of five digits may have a million buckets in 1,440 characters. */
const OUR_LIMITS: HistogramLimits = { maxDigits: 3, maxPlainBytes: MAX_PLAIN_BYTES };

/** Most values that a histogram holds; so a bucket, which counts in 32 bits, cannot wrap. */
export const MAX_COUNT = 2 ** 32 - 1;

/** Takes the middle of a bucket that is not empty, and how many values lie in it. */
export type CountVisitor = (valueUs: number, count: number) => void;

const DIGITS_AT = 12;
const LOWEST_AT = 16;
const HIGHEST_AT = 24;
/** Seven bits each, they hold every count up to `MAX_COUNT` with its sign. */
const MAX_NUMBER_BYTES = 5;

/** How values are put into buckets: the first 2^(bits + 1) have one each; from there on each doubling has 2^bits. */
interface Layout {
  readonly bits: number;
  readonly buckets: number;
}

/**
 * Visits the buckets of an encoded HdrHistogram (V2, compressed, base64), least first. The text may come from a peer, so
 * it is not left to hdr-histogram-js: that library inflates without a limit, a skip of 2^48 zeros keeps it busy for hours,
 * and it takes ten times as long for the few dozen values of a report. Taken are steps of 1, a range up to 2^32 - 1, as
 * many values, and what `limits` allow. Returns how many bytes it was inflated to, which is what reading it cost. Throws
 * BAD_MESSAGE, which may be after the first visits.
 */
export function readHistogram(base64: string, visit: CountVisitor, limits = OUR_LIMITS): number {
  const plain = openEnvelope(base64, limits.maxPlainBytes);
  const { bits, buckets } = layoutOf(plain, limits.maxDigits);
  const cursor = { at: HEADER_BYTES };
  let index = 0;
  let total = 0;
  while (cursor.at < plain.length) {
    // A number from 0 on is the count of the next bucket, one below tells how many buckets to skip.
    const number = readZigZag(plain, cursor);
    index += number < 0 ? -number : 1;
    if (index > buckets) refuseHistogram('holds values beyond its range');
    if (number <= 0) continue;
    total += number;
    if (total > MAX_COUNT) refuseHistogram('holds more than 2^32 - 1 values');
    visit(middleOf(index - 1, bits), number);
  }
  return plain.length;
}

/** How a histogram with this header is laid out. */
function layoutOf(plain: Buffer, maxDigits: number): Layout {
  const digits = plain.readUInt32BE(DIGITS_AT);
  if (digits > maxDigits) refuseHistogram(`states more than ${maxDigits} significant digits`);
  if (plain.readBigUInt64BE(LOWEST_AT) !== 1n) refuseHistogram('does not count in steps of 1');
  const highest = plain.readBigUInt64BE(HIGHEST_AT);
  if (highest < 2n || highest >= 2n ** 32n) refuseHistogram('states an impossible range');
  const bits = Math.max(0, Math.ceil(Math.log2(2 * 10 ** digits)) - 1);
  const doublings = Math.max(0, 32 - Math.clz32(Number(highest)) - (bits + 1));
  return { bits, buckets: (doublings + 2) * 2 ** bits };
}

/** The middle of a bucket; of an even number of values the upper one of the two. */
function middleOf(index: number, bits: number): number {
  const perDoubling = 2 ** bits;
  if (index < 2 * perDoubling) return index;
  const width = 2 ** (Math.floor(index / perDoubling) - 1);
  return ((index % perDoubling) + perDoubling) * width + width / 2;
}

/** Reads a LEB128 number, seven bits a byte and lowest first; ZigZag has the sign in the lowest bit. */
function readZigZag(bytes: Buffer, cursor: { at: number }): number {
  let zigzag = 0;
  let scale = 1;
  for (let i = 0; i < MAX_NUMBER_BYTES; i += 1) {
    const byte = bytes[cursor.at] ?? refuseHistogram('ends inside a count');
    cursor.at += 1;
    zigzag += (byte & 0x7f) * scale;
    if (byte < 0x80) return zigzag % 2 === 1 ? -(zigzag + 1) / 2 : zigzag / 2;
    scale *= 0x80;
  }
  return refuseHistogram('holds a number out of range');
}
