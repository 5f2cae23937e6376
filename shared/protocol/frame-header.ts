import { badMessage } from './bad-message.js';
import { FRAME_AT } from './frame-layout.js';
import { FrameFormat, MessageType, TIME_SOURCES, type FrameHeader } from './messages.js';
import { readU64, writeU64 } from './u64.js';

const MAX_U32 = 2 ** 32 - 1;

/**
 * Writes the 50 bytes of a frame header into `buffer` from `offset` on. The stage offsets and the clock error saturate
 * to 0 … 2^32 - 1 microseconds; any other number out of range is a defect on our side and throws RangeError.
 */
export function writeFrameHeader(buffer: Buffer, header: FrameHeader, offset: number): void {
  buffer.writeUInt16BE(header.streamId, offset + FRAME_AT.streamId);
  buffer.writeUInt8(header.format, offset + FRAME_AT.format);
  buffer.writeUInt8(TIME_SOURCES.indexOf(header.timeSource) + 1, offset + FRAME_AT.timeSource);
  writeU64(buffer, header.sequence, offset + FRAME_AT.sequence);
  writeU64(buffer, header.captureTimeUs, offset + FRAME_AT.captureTimeUs);
  buffer.writeUInt32BE(saturate(header.decodedOffsetUs), offset + FRAME_AT.decodedOffsetUs);
  buffer.writeUInt32BE(saturate(header.processedOffsetUs), offset + FRAME_AT.processedOffsetUs);
  buffer.writeUInt32BE(saturate(header.encodeStartOffsetUs), offset + FRAME_AT.encodeStartOffsetUs);
  buffer.writeUInt32BE(saturate(header.encodedOffsetUs), offset + FRAME_AT.encodedOffsetUs);
  buffer.writeUInt32BE(saturate(header.publishedOffsetUs), offset + FRAME_AT.publishedOffsetUs);
  buffer.writeUInt32BE(saturate(header.clockErrorUs), offset + FRAME_AT.clockErrorUs);
  buffer.writeUInt16BE(header.width, offset + FRAME_AT.width);
  buffer.writeUInt16BE(header.height, offset + FRAME_AT.height);
  buffer.writeUInt16BE(header.flags, offset + FRAME_AT.flags);
}

/** Reads the header of a FRAME body of at least 50 bytes. Throws BAD_MESSAGE when a field holds what it must not. */
export function readFrameHeader(body: Buffer): FrameHeader {
  const format = body.readUInt8(FRAME_AT.format);
  if (format !== FrameFormat.JPEG) throw badMessage(MessageType.FRAME, 'format', 'is not 1 (JPEG)');
  const timeSource = TIME_SOURCES[body.readUInt8(FRAME_AT.timeSource) - 1];
  if (timeSource === undefined) throw badMessage(MessageType.FRAME, 'timeSource', 'is not from 1 to 3');
  const width = body.readUInt16BE(FRAME_AT.width);
  if (width === 0) throw badMessage(MessageType.FRAME, 'width', 'is 0');
  const height = body.readUInt16BE(FRAME_AT.height);
  if (height === 0) throw badMessage(MessageType.FRAME, 'height', 'is 0');
  return {
    streamId: body.readUInt16BE(FRAME_AT.streamId),
    format,
    timeSource,
    sequence: readU64(body, FRAME_AT.sequence, MessageType.FRAME, 'sequence'),
    captureTimeUs: readU64(body, FRAME_AT.captureTimeUs, MessageType.FRAME, 'captureTimeUs'),
    decodedOffsetUs: body.readUInt32BE(FRAME_AT.decodedOffsetUs),
    processedOffsetUs: body.readUInt32BE(FRAME_AT.processedOffsetUs),
    encodeStartOffsetUs: body.readUInt32BE(FRAME_AT.encodeStartOffsetUs),
    encodedOffsetUs: body.readUInt32BE(FRAME_AT.encodedOffsetUs),
    publishedOffsetUs: body.readUInt32BE(FRAME_AT.publishedOffsetUs),
    clockErrorUs: body.readUInt32BE(FRAME_AT.clockErrorUs),
    width,
    height,
    flags: body.readUInt16BE(FRAME_AT.flags),
  };
}

/** A frame whose pipeline hung for over an hour is still worth sending, so a stage time is cut, not refused. */
function saturate(us: number): number {
  if (!(us > 0)) return 0;
  return us > MAX_U32 ? MAX_U32 : Math.round(us);
}
