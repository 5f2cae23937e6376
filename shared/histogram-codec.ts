import { deflateSync, inflateSync } from 'node:zlib';

import { type BucketLayout, type BucketVisitor, MAX_TRACKABLE_US, MICROSECOND_LAYOUT } from './histogram-buckets.js';
import { StreamerError } from './errors.js';

/** First word of each envelope; the second hexadecimal digit from the right tells that counts are ZigZag LEB128. */
const COMPRESSED_COOKIE = 0x1c849314;
const PLAIN_COOKIE = 0x1c849313;
const WORD_SIZE_BITS = 0xf0;
const HEADER_BYTES = 40;
const SIGNIFICANT_DIGITS = 3;
/** Every bucket of the microsecond layout in use takes a fifth of this; a deflate bomb would take more. */
const MAX_PLAIN_BYTES = 1024 * 1024;
/** Bits of the greatest whole number that a double holds exactly. */
const VALUE_BITS = 53;

/**
 * Encodes counts as an HdrHistogram (V2, compressed, base64) that any implementation reads. `visitBuckets` must call
 * back for each bucket that is not empty, in ascending order, in the microsecond layout.
 */
export function encodeBuckets(visitBuckets: (visit: BucketVisitor) => void): string {
  const payload: number[] = [];
  let next = 0;
  visitBuckets((index, count) => {
    if (index > next) pushZigZag(payload, next - index);
    pushZigZag(payload, count);
    next = index + 1;
  });
  // Some decoders want at least one count.
  if (payload.length === 0) payload.push(0);
  const plain = Buffer.alloc(HEADER_BYTES + payload.length);
  plain.writeUInt32BE(PLAIN_COOKIE, 0);
  plain.writeUInt32BE(payload.length, 4);
  plain.writeUInt32BE(SIGNIFICANT_DIGITS, 12);
  plain.writeUInt32BE(1, 20);
  plain.writeUInt32BE(MAX_TRACKABLE_US, 28);
  plain.writeDoubleBE(1, 32);
  plain.set(payload, HEADER_BYTES);
  const deflated = deflateSync(plain);
  const envelope = Buffer.alloc(8);
  envelope.writeUInt32BE(COMPRESSED_COOKIE, 0);
  envelope.writeUInt32BE(deflated.length, 4);
  return Buffer.concat([envelope, deflated]).toString('base64');
}

/**
 * Decodes an HdrHistogram (V2, compressed, base64) of any precision and calls back for each bucket that is not empty.
 * The text may come from a peer: the work is bounded by 1 MiB of inflated bytes. Throws BAD_MESSAGE.
 */
export function decodeBuckets(
  base64: string,
  visit: (index: number, count: number, layout: BucketLayout) => void,
): void {
  const plain = inflate(Buffer.from(base64, 'base64'));
  const layout = readLayout(plain);
  // The first doubling has twice as many buckets as each later one.
  const indexLimit = (VALUE_BITS - layout.halfMagnitude - layout.unitMagnitude + 1) * 2 ** layout.halfMagnitude;
  const cursor = { at: HEADER_BYTES };
  let index = 0;
  while (cursor.at < plain.length) {
    const value = readZigZag(plain, cursor);
    if (value > 0) visit(index, value, layout);
    index += value < 0 ? -value : 1;
    if (index > indexLimit) fail('holds values beyond 2^53');
  }
}

function inflate(envelope: Buffer): Buffer {
  if (envelope.length < 8) fail('is too short');
  if ((envelope.readUInt32BE(0) | WORD_SIZE_BITS) !== (COMPRESSED_COOKIE | WORD_SIZE_BITS)) fail('is not of version 2');
  const deflated = envelope.subarray(8);
  if (envelope.readUInt32BE(4) !== deflated.length) fail('is cut off');
  let plain: Buffer;
  try {
    plain = inflateSync(deflated, { maxOutputLength: MAX_PLAIN_BYTES });
  } catch (cause) {
    return fail('cannot be inflated', cause);
  }
  if (plain.length < HEADER_BYTES) fail('has no header');
  if ((plain.readUInt32BE(0) | WORD_SIZE_BITS) !== (PLAIN_COOKIE | WORD_SIZE_BITS)) fail('is not of version 2');
  if (plain.readUInt32BE(4) !== plain.length - HEADER_BYTES) fail('states a wrong length');
  return plain;
}

function readLayout(plain: Buffer): BucketLayout {
  const digits = plain.readUInt32BE(12);
  if (digits > 5) fail('states more than five significant digits');
  const lowest = plain.readUInt32BE(20);
  if (plain.readUInt32BE(16) !== 0 || lowest === 0) fail('states an impossible unit');
  if (digits === SIGNIFICANT_DIGITS && lowest === 1) return MICROSECOND_LAYOUT;
  const halfMagnitude = Math.max(1, Math.ceil(Math.log2(2 * 10 ** digits))) - 1;
  const unitMagnitude = 31 - Math.clz32(lowest);
  return { halfMagnitude, unitMagnitude };
}

/** ZigZag turns the sign into the lowest bit; LEB128 writes seven bits a byte, lowest first, eight in the ninth. */
function pushZigZag(out: number[], value: number): void {
  let rest = value < 0 ? -value * 2 - 1 : Math.min(value, Number.MAX_SAFE_INTEGER) * 2;
  while (rest >= 0x80) {
    out.push((rest % 0x80) + 0x80);
    rest = Math.floor(rest / 0x80);
  }
  out.push(rest);
}

function readZigZag(bytes: Buffer, cursor: { at: number }): number {
  let zigzag = 0;
  for (let shift = 0; shift <= 56; shift += 7) {
    const byte = bytes[cursor.at] ?? fail('ends inside a count');
    cursor.at += 1;
    const more = byte >= 0x80 && shift < 56;
    zigzag += (more ? byte - 0x80 : byte) * 2 ** shift;
    if (!more) break;
  }
  if (zigzag > 2 * Number.MAX_SAFE_INTEGER) fail('holds a count above 2^53');
  return zigzag % 2 === 1 ? -(zigzag + 1) / 2 : zigzag / 2;
}

function fail(problem: string, cause?: unknown): never {
  throw new StreamerError('BAD_MESSAGE', `The encoded histogram ${problem}.`, { cause });
}
