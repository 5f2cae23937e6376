/**
 * HdrHistogram, version 2, as shared/histogram-envelope.ts and shared/histogram-reader.ts read it, for a browser, which
 * has neither Node's zlib nor its Buffer. Three significant digits; values up to an hour in microseconds.
 */

/** Greatest value that is told apart from greater ones: one hour. */
export const HIGHEST_US = 3_600_000_000;

/** How many values a bucket holds, by its number; the buckets in order. */
export type BucketCounts = readonly (readonly [bucket: number, count: number])[];

const SIGNIFICANT_DIGITS = 3;
/** Three significant digits: the first 2048 values have a bucket each, every doubling from there on has 1024. */
const BUCKET_BITS = 10;
const HEADER_BYTES = 40;
const ENVELOPE_BYTES = 8;
/** Both for version 2 with counts as ZigZag LEB128. */
const PLAIN_COOKIE = 0x1c849313;
const COMPRESSED_COOKIE = 0x1c849314;
/** Most that a stored block holds. */
const MAX_BLOCK_BYTES = 0xffff;

/** The bucket of a whole number of microseconds, from 0 to `HIGHEST_US`. */
export function bucketOf(valueUs: number): number {
  const shift = Math.max(0, 31 - Math.clz32(valueUs) - BUCKET_BITS);
  return shift * 2 ** BUCKET_BITS + (valueUs >>> shift);
}

/** The least and the greatest value that a bucket holds. */
export function boundsOf(bucket: number): readonly [leastUs: number, greatestUs: number] {
  const shift = Math.max(0, Math.floor(bucket / 2 ** BUCKET_BITS) - 1);
  const leastUs = (bucket - shift * 2 ** BUCKET_BITS) * 2 ** shift;
  return [leastUs, leastUs + 2 ** shift - 1];
}

/** A histogram in base64 that is made at once, and not compressed: for few buckets, which are not worth more. */
export function encodeStored(buckets: BucketCounts): string {
  return envelope(stored(plainHistogram(buckets)));
}

/** The same compressed, where the browser can. */
export async function encodeDeflated(buckets: BucketCounts): Promise<string> {
  if (typeof CompressionStream === 'undefined') return encodeStored(buckets);
  const plain = new Blob([plainHistogram(buckets)]).stream();
  const deflated = await new Response(plain.pipeThrough(new CompressionStream('deflate'))).arrayBuffer();
  return envelope(new Uint8Array(deflated));
}

/** A header of 40 bytes, and for each bucket how many were skipped before it, as a negative number, and its count. */
function plainHistogram(buckets: BucketCounts): Uint8Array<ArrayBuffer> {
  const numbers: number[] = [];
  let next = 0;
  for (const [bucket, count] of buckets) {
    if (bucket > next) numbers.push(next - bucket);
    numbers.push(count);
    next = bucket + 1;
  }
  const payload = numbers.flatMap(zigZag);
  const bytes = new Uint8Array(HEADER_BYTES + payload.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, PLAIN_COOKIE);
  view.setUint32(4, payload.length);
  view.setUint32(12, SIGNIFICANT_DIGITS);
  view.setUint32(20, 1);
  view.setUint32(28, HIGHEST_US);
  view.setFloat64(32, 1);
  bytes.set(payload, HEADER_BYTES);
  return bytes;
}

/** LEB128, seven bits a byte and lowest first; ZigZag has the sign in the lowest bit. */
function zigZag(number: number): number[] {
  const bytes: number[] = [];
  let rest = number < 0 ? -2 * number - 1 : 2 * number;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  bytes.push(rest);
  return bytes;
}

function envelope(deflated: Uint8Array): string {
  const bytes = new Uint8Array(ENVELOPE_BYTES + deflated.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, COMPRESSED_COOKIE);
  view.setUint32(4, deflated.length);
  bytes.set(deflated, ENVELOPE_BYTES);
  return toBase64(bytes);
}

/** A zlib stream (RFC 1950) of stored blocks (RFC 1951, section 3.2.4). */
function stored(plain: Uint8Array): Uint8Array {
  const blocks = Math.ceil(plain.length / MAX_BLOCK_BYTES);
  const bytes = new Uint8Array(2 + 5 * blocks + plain.length + 4);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 0x7801);
  for (let n = 0, at = 2; n < blocks; n += 1) {
    const block = plain.subarray(n * MAX_BLOCK_BYTES, (n + 1) * MAX_BLOCK_BYTES);
    view.setUint8(at, n === blocks - 1 ? 1 : 0);
    view.setUint16(at + 1, block.length, true);
    view.setUint16(at + 3, ~block.length, true);
    bytes.set(block, at + 5);
    at += 5 + block.length;
  }
  view.setUint32(bytes.length - 4, adler32(plain));
  return bytes;
}

/** The checksum of RFC 1950, section 8.2. */
function adler32(bytes: Uint8Array): number {
  let low = 1;
  let high = 0;
  for (const byte of bytes) {
    low = (low + byte) % 65_521;
    high = (high + low) % 65_521;
  }
  return high * 2 ** 16 + low;
}

function toBase64(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}
