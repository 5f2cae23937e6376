import type { RtpCodec } from './sdp-video.js';

/** It has coded data of a picture, and not just parameters. */
export const HAS_PICTURE = 1;
/** It may be the first packet of its picture. */
export const IS_START = 2;

/** NAL unit types that are pictures or packets of several or of parts (RFC 6184, section 5.2). */
const H264 = { firstPicture: 1, lastPicture: 5, aggregate: 24, fragment: 28 };
/** RFC 7798, section 4.4; pictures are all types below 32. */
const H265 = { lastPicture: 31, aggregate: 48, fragment: 49 };
const FRAGMENT_START = 0x80;
/** Of a slice header: `first_mb_in_slice` is 0 (H.264), or `first_slice_segment_in_pic_flag` is set (H.265). */
const FIRST_SLICE = 0x80;
const UNKNOWN = HAS_PICTURE | IS_START;

/**
 * What the payload from `at` to `end` of an RTP packet is: `HAS_PICTURE` and `IS_START`, or neither. Of codecs that are not
 * known every packet is taken for both.
 */
export function lookIntoPayload(codec: RtpCodec, bytes: Buffer, at: number, end: number): number {
  if (codec === 'other') return UNKNOWN;
  if (at >= end) return 0;
  if (codec === 'mjpeg') return jpegFlags(bytes, at, end);
  return codec === 'h264' ? h264Flags(bytes, at, end) : h265Flags(bytes, at, end);
}

/** The offset of the fragment stands behind the type-specific byte (RFC 2435, section 3.1). */
function jpegFlags(bytes: Buffer, at: number, end: number): number {
  const isStart = end - at >= 8 && bytes[at + 1] === 0 && bytes[at + 2] === 0 && bytes[at + 3] === 0;
  return isStart ? UNKNOWN : HAS_PICTURE;
}

function h264Flags(bytes: Buffer, at: number, end: number): number {
  const type = typeOfH264(bytes, at);
  if (type === H264.aggregate) return aggregateFlags(bytes, at + 1, end, h264Unit);
  if (type !== H264.fragment) return h264Unit(bytes, at, end);
  const fragment = byteAt(bytes, at + 1, end);
  const isStart = (fragment & FRAGMENT_START) !== 0;
  return unitFlags(isH264Picture(fragment & 0x1f), isStart, byteAt(bytes, at + 2, end));
}

function h265Flags(bytes: Buffer, at: number, end: number): number {
  const type = typeOfH265(bytes, at);
  if (type === H265.aggregate) return aggregateFlags(bytes, at + 2, end, h265Unit);
  if (type !== H265.fragment) return h265Unit(bytes, at, end);
  const fragment = byteAt(bytes, at + 2, end);
  const isStart = (fragment & FRAGMENT_START) !== 0;
  return unitFlags((fragment & 0x3f) <= H265.lastPicture, isStart, byteAt(bytes, at + 3, end));
}

/** Units one after another, each behind its length. */
function aggregateFlags(
  bytes: Buffer,
  at: number,
  end: number,
  unit: (bytes: Buffer, at: number, end: number) => number,
): number {
  let flags: number | null = null;
  for (let next = at; next + 2 < end;) {
    const lengthBytes = byteAt(bytes, next, end) * 256 + byteAt(bytes, next + 1, end);
    const found = lengthBytes === 0 ? 0 : unit(bytes, next + 2, Math.min(end, next + 2 + lengthBytes));
    // Only the first of them can begin the picture.
    flags = flags === null ? found : flags | (found & HAS_PICTURE);
    next += 2 + lengthBytes;
  }
  return flags ?? 0;
}

function h264Unit(bytes: Buffer, at: number, end: number): number {
  return unitFlags(isH264Picture(typeOfH264(bytes, at)), true, byteAt(bytes, at + 1, end));
}

function h265Unit(bytes: Buffer, at: number, end: number): number {
  return unitFlags(typeOfH265(bytes, at) <= H265.lastPicture, true, byteAt(bytes, at + 2, end));
}

/** What is no picture, such as parameter sets, stands before one. */
function unitFlags(isPicture: boolean, isUnitStart: boolean, sliceHeader: number): number {
  if (!isPicture) return isUnitStart ? IS_START : 0;
  return isUnitStart && (sliceHeader & FIRST_SLICE) !== 0 ? UNKNOWN : HAS_PICTURE;
}

function isH264Picture(type: number): boolean {
  return type >= H264.firstPicture && type <= H264.lastPicture;
}

function typeOfH264(bytes: Buffer, at: number): number {
  return (bytes[at] ?? 0) & 0x1f;
}

function typeOfH265(bytes: Buffer, at: number): number {
  return ((bytes[at] ?? 0) >> 1) & 0x3f;
}

function byteAt(bytes: Buffer, at: number, end: number): number {
  return at < end ? (bytes[at] ?? 0) : 0;
}
