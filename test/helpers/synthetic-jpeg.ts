import type { FrameHeader } from '../../shared/protocol/messages.js';

const START_OF_IMAGE = 0xffd8;
const END_OF_IMAGE = 0xffd9;
/** Markers at both ends, and between them the stream and the number of the frame. */
const LEAST_BYTES = 12;

/** Bytes that pass for the JPEG of one frame and say which one they are. `lengthBytes` is at least 12. */
export function syntheticJpeg(streamId: number, sequence: number, lengthBytes: number): Buffer {
  if (lengthBytes < LEAST_BYTES) throw new RangeError(`a synthetic JPEG has at least ${LEAST_BYTES} bytes`);
  const jpeg = Buffer.alloc(lengthBytes, sequence & 0x7f);
  jpeg.writeUInt16BE(START_OF_IMAGE, 0);
  jpeg.writeUInt16BE(streamId, 2);
  jpeg.writeUIntBE(sequence, 4, 6);
  jpeg.writeUInt16BE(END_OF_IMAGE, lengthBytes - 2);
  return jpeg;
}

/** Whether `jpeg` is what `syntheticJpeg` made for the frame of that header: no byte lost, added or of another frame. */
export function isSyntheticJpeg({ streamId, sequence }: FrameHeader, jpeg: Buffer): boolean {
  return jpeg.length >= LEAST_BYTES && jpeg.equals(syntheticJpeg(streamId, sequence, jpeg.length));
}
