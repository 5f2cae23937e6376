import type { Socket } from 'node:net';
import type { PublishedFrame } from '../hub/frame.js';

/** Bytes before each JPEG: the length of what follows (u32) and the capture time in seconds (f64). */
const HEADER_BYTES = 12;
const TIME_BYTES = 8;

/** Writes a frame as the classic wire has it, in one go; `onTaken` is called when the kernel has all of it. */
export function writeClassicFrame(socket: Socket, { header, jpeg }: PublishedFrame, onTaken: () => void): number {
  socket.cork();
  socket.write(classicHeader(header.captureTimeUs, jpeg.length));
  socket.write(jpeg, onTaken);
  socket.uncork();
  return HEADER_BYTES + jpeg.length;
}

function classicHeader(captureTimeUs: number, jpegBytes: number): Buffer {
  const header = Buffer.allocUnsafe(HEADER_BYTES);
  header.writeUInt32BE(TIME_BYTES + jpegBytes, 0);
  header.writeDoubleBE(captureTimeUs / 1_000_000, 4);
  return header;
}
