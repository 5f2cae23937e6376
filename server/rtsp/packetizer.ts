import type { CodedPicture, PacketizedPicture } from './coded-video.js';
import { jpegPayloads } from './jpeg-payload.js';

/** Fits into an Ethernet frame behind the headers of RTP, UDP and IP, also where a server passes it on by UDP. */
export const MAX_PAYLOAD_BYTES = 1400;

/**
 * Where a unit is cut in pieces: its own header is left out, and each piece gets a header from which a receiver makes it
 * again.
 */
interface Fragmentation {
  /** Length of the header of a NAL unit. */
  readonly unitHeaderBytes: number;
  /** Writes the header of a fragment of `unit`; returns where it ends. */
  writeHeader(target: Buffer, at: number, unit: Buffer): number;
}

/** Room for the headers of any payload, and some data. */
const LEAST_PAYLOAD_BYTES = 200;
const FU_START = 0x80;
const FU_END = 0x40;

/** FU-A of RFC 6184, section 5.8: indicator, which keeps the unit's importance, and header with the unit's type. */
const H264_FRAGMENTS: Fragmentation = {
  unitHeaderBytes: 1,
  writeHeader: (target, at, unit) => {
    const header = unit.readUInt8(0);
    target.writeUInt8((header & 0xe0) | 28, at);
    return target.writeUInt8(header & 0x1f, at + 1);
  },
};

/** FU of RFC 7798, section 4.4.3: payload header, which keeps layer and sublayer, and header with the unit's type. */
const H265_FRAGMENTS: Fragmentation = {
  unitHeaderBytes: 2,
  writeHeader: (target, at, unit) => {
    const header = unit.readUInt16BE(0);
    target.writeUInt16BE((header & 0x81ff) | (49 << 9), at);
    return target.writeUInt8((header >> 9) & 0x3f, at + 2);
  },
};
/** Of both kinds, the longer one. */
const MAX_FRAGMENT_HEADER_BYTES = 3;

/**
 * Cuts a picture into RTP payloads: H.264 as RFC 6184, H.265 as RFC 7798, JPEG as RFC 2435 give it. Null for what cannot be
 * carried: a JPEG of another kind (`whyNotRtpJpeg` says why), or a picture without units.
 *
 * A NAL unit is a packet or, where that is too long, several; units are never put together in one. Aggregation would
 * spare 16 bytes for each parameter set, a few a second, and is one more thing that receivers get wrong.
 *
 * @throws {RangeError} for payloads of less than 200 bytes
 */
export function packetize(picture: CodedPicture, maxPayloadBytes = MAX_PAYLOAD_BYTES): PacketizedPicture | null {
  if (maxPayloadBytes < LEAST_PAYLOAD_BYTES)
    throw new RangeError(`payloads have at least ${LEAST_PAYLOAD_BYTES} bytes`);
  const payloads = payloadsOf(picture, maxPayloadBytes);
  if (!payloads || payloads.length === 0) return null;
  const { isKey, ptsTicks, captureTimeUs } = picture;
  const lengthBytes = payloads.reduce((sum, { length }) => sum + length, 0);
  return { payloads, isKey, ptsTicks, captureTimeUs, lengthBytes };
}

function payloadsOf({ codec, units }: CodedPicture, maxPayloadBytes: number): Buffer[] | null {
  if (codec === 'mjpeg') {
    const jpeg = units[0];
    return jpeg ? jpegPayloads(jpeg, maxPayloadBytes) : null;
  }
  const fragmentation = codec === 'h264' ? H264_FRAGMENTS : H265_FRAGMENTS;
  return units.flatMap((unit) => {
    // A unit of a header and no more says nothing, and a receiver could not tell it from a broken one.
    if (unit.length <= fragmentation.unitHeaderBytes) return [];
    return unit.length <= maxPayloadBytes ? [unit] : fragments(unit, fragmentation, maxPayloadBytes);
  });
}

function fragments(unit: Buffer, fragmentation: Fragmentation, maxPayloadBytes: number): Buffer[] {
  const { unitHeaderBytes } = fragmentation;
  const headerBytes = unitHeaderBytes + 1;
  const roomBytes = maxPayloadBytes - headerBytes;
  const count = Math.ceil((unit.length - unitHeaderBytes) / roomBytes);
  // One piece of memory for all, since there are dozens of them in a key picture.
  const memory = Buffer.allocUnsafeSlow(unit.length + count * MAX_FRAGMENT_HEADER_BYTES);
  const pieces: Buffer[] = [];
  let at = 0;
  for (let from = unitHeaderBytes; from < unit.length; from += roomBytes) {
    const isFirst = from === unitHeaderBytes;
    const isLast = from + roomBytes >= unit.length;
    const dataAt = fragmentation.writeHeader(memory, at, unit);
    memory[dataAt - 1] = memory.readUInt8(dataAt - 1) | (isFirst ? FU_START : 0) | (isLast ? FU_END : 0);
    const end = dataAt + unit.copy(memory, dataAt, from, from + roomBytes);
    pieces.push(memory.subarray(at, end));
    at = end;
  }
  return pieces;
}
