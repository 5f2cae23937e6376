const HIGHEST_US = 3_600_000_000;
const SIGNIFICANT_DIGITS = 3;
/** Three significant digits: the first 2048 values have a bucket each, every doubling from there on has 1024. */
const BUCKET_BITS = 10;
const HEADER_BYTES = 40;
const ENVELOPE_BYTES = 8;
/** Both for version 2 with counts as ZigZag LEB128. */
const PLAIN_COOKIE = 0x1c849313;
const COMPRESSED_COOKIE = 0x1c849314;
/** Longest text that a STATS takes for the latencies of a stream. */
const MAX_TEXT_CHARS = 32 * 1024;

/**
 * Counts latencies for the server, in buckets of HdrHistogram with three significant digits. Negative ones, which that
 * format does not have, are left out, and those beyond an hour count as one. Only buckets in use take memory.
 */
export class LatencyCounts {
  private readonly counts = new Map<number, number>();

  /** Counts `latencyUs`, in microseconds. */
  record(latencyUs: number): void {
    if (!(latencyUs >= 0)) return;
    const bucket = bucketOf(Math.min(HIGHEST_US, Math.round(latencyUs)));
    this.counts.set(bucket, (this.counts.get(bucket) ?? 0) + 1);
  }

  /**
   * What was counted since the last call, as an HdrHistogram (V2, compressed, base64); undefined when that is nothing, or
   * so much that a STATS would not take it.
   */
  take(): string | undefined {
    const buckets = [...this.counts].sort(([a], [b]) => a - b);
    this.counts.clear();
    if (buckets.length === 0) return undefined;
    const text = toBase64(envelope(plainHistogram(buckets)));
    return text.length <= MAX_TEXT_CHARS ? text : undefined;
  }
}

function bucketOf(valueUs: number): number {
  const shift = Math.max(0, 31 - Math.clz32(valueUs) - BUCKET_BITS);
  return shift * 2 ** BUCKET_BITS + (valueUs >>> shift);
}

/** A header of 40 bytes, and for each bucket how many were skipped before it, as a negative number, and its count. */
function plainHistogram(buckets: readonly (readonly [bucket: number, count: number])[]): Uint8Array {
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

function envelope(plain: Uint8Array): Uint8Array {
  const deflated = stored(plain);
  const bytes = new Uint8Array(ENVELOPE_BYTES + deflated.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, COMPRESSED_COOKIE);
  view.setUint32(4, deflated.length);
  bytes.set(deflated, ENVELOPE_BYTES);
  return bytes;
}

/**
 * A zlib stream (RFC 1950) of one stored block (RFC 1951, section 3.2.4): a second's latencies are some hundred bytes,
 * which are not worth a deflate, and the browser's own is asynchronous. What is longer than a block is cut, and too long
 * for a STATS anyway.
 */
function stored(plain: Uint8Array): Uint8Array {
  const block = plain.subarray(0, 0xffff);
  const bytes = new Uint8Array(block.length + 11);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 0x7801);
  view.setUint8(2, 1);
  view.setUint16(3, block.length, true);
  view.setUint16(5, ~block.length, true);
  bytes.set(block, 7);
  view.setUint32(7 + block.length, adler32(block));
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
