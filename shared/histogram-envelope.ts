import { deflateSync, inflateSync } from 'node:zlib';

import { StreamerError } from './errors.js';

/** Length of the header of a histogram; the counts follow it. */
export const HEADER_BYTES = 40;

/** First word of each envelope; the second hexadecimal digit from the right tells that counts are ZigZag LEB128. */
const COMPRESSED_COOKIE = 0x1c849314;
const PLAIN_COOKIE = 0x1c849313;
const WORD_SIZE_BITS = 0xf0;
const INDEX_OFFSET_AT = 8;
const RATIO_AT = 32;
/** Of three significant digits up to 2^32 all 23,552 buckets with the longest counts, five bytes each; a bomb would take more. */
export const MAX_PLAIN_BYTES = 128 * 1024;

/**
 * Takes an encoded HdrHistogram (V2, compressed, base64) out of its envelope: the header of 40 bytes and as many bytes of
 * counts as it states. The text may come from a peer; at most `maxPlainBytes` are inflated. Throws BAD_MESSAGE.
 */
export function openEnvelope(base64: string, maxPlainBytes = MAX_PLAIN_BYTES): Buffer {
  const envelope = Buffer.from(base64, 'base64');
  if (envelope.length < 8) refuseHistogram('is too short');
  if (!hasCookie(envelope, COMPRESSED_COOKIE)) refuseHistogram('is not of version 2');
  const deflated = envelope.subarray(8);
  if (envelope.readUInt32BE(4) !== deflated.length) refuseHistogram('is cut off');
  const plain = inflate(deflated, maxPlainBytes);
  if (plain.length < HEADER_BYTES) refuseHistogram('has no header');
  if (!hasCookie(plain, PLAIN_COOKIE)) refuseHistogram('is not of version 2');
  if (plain.readUInt32BE(4) !== plain.length - HEADER_BYTES) refuseHistogram('states a wrong length');
  return plain;
}

/** Puts a histogram as `openEnvelope` gives it into an envelope again. */
export function sealEnvelope(plain: Buffer): string {
  const deflated = deflateSync(plain);
  const head = Buffer.alloc(8);
  head.writeUInt32BE(COMPRESSED_COOKIE, 0);
  head.writeUInt32BE(deflated.length, 4);
  return Buffer.concat([head, deflated]).toString('base64');
}

/**
 * Corrects what hdr-histogram-js encoded: it writes an index offset of 1 where the format has 0, and the whole number 1
 * where it has the double 1.0. hdr-histogram-js reads neither, but HdrHistogram for Rust refuses such a histogram.
 */
export function correctHeader(base64: string): string {
  const plain = openEnvelope(base64);
  plain.writeUInt32BE(0, INDEX_OFFSET_AT);
  plain.writeDoubleBE(1, RATIO_AT);
  return sealEnvelope(plain);
}

/** Throws BAD_MESSAGE; `problem` completes the sentence that begins with the histogram. */
export function refuseHistogram(problem: string, cause?: unknown): never {
  throw new StreamerError('BAD_MESSAGE', `The encoded histogram ${problem}.`, { cause });
}

function hasCookie(bytes: Buffer, cookie: number): boolean {
  return (bytes.readUInt32BE(0) | WORD_SIZE_BITS) === (cookie | WORD_SIZE_BITS);
}

function inflate(deflated: Buffer, maxPlainBytes: number): Buffer {
  try {
    return inflateSync(deflated, { maxOutputLength: maxPlainBytes });
  } catch (cause) {
    return refuseHistogram('cannot be inflated', cause);
  }
}
