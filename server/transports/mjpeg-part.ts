import type { Socket } from 'node:net';
import type { FrameHeader } from '../../shared/protocol/messages.js';
import type { PublishedFrame } from '../hub/frame.js';
import type { FrameWriter } from './unacknowledged-peer.js';

/** How the parts of a multipart stream are written. */
export interface PartFormat {
  /** What precedes the first frame. */
  readonly begin: Buffer;
  readonly writeFrame: FrameWriter;
}

/** Separates the parts (RFC 2046, section 5.1). */
const BOUNDARY = 'frame';
/** Type of the whole. */
export const MULTIPART_TYPE = `multipart/x-mixed-replace; boundary=${BOUNDARY}`;

const DELIMITER = `--${BOUNDARY}\r\n`;
const TYPE = 'Content-Type: image/jpeg\r\n';

/** Of the parts' headers one is made per frame, however many peers get it. */
const headers = new WeakMap<PublishedFrame, Buffer>();

/** Every part tells its length, capture time and sequence number. The delimiter follows at once after each JPEG. */
export const FULL_PARTS: PartFormat = formatOf(DELIMITER, headerOf);

/**
 * For browsers, which do not show a picture before the whole header of the next part has come (Chromium issue 527446):
 * it follows at once after each JPEG. What it could say of a frame that is not there yet is its type and no more.
 */
export const EARLY_PARTS: PartFormat = formatOf(`${DELIMITER}${TYPE}\r\n`, () => null);

/** @param start of each part, as far as it is the same in all of them */
function formatOf(start: string, rest: (frame: PublishedFrame) => Buffer | null): PartFormat {
  const end = Buffer.from(`\r\n${start}`, 'latin1');
  const writeFrame = (socket: Socket, frame: PublishedFrame, onTaken: () => void): number => {
    const header = rest(frame);
    socket.cork();
    if (header) socket.write(header);
    socket.write(frame.jpeg);
    socket.write(end, onTaken);
    socket.uncork();
    return (header?.length ?? 0) + frame.jpeg.length + end.length;
  };
  return { begin: Buffer.from(start, 'latin1'), writeFrame };
}

function headerOf(frame: PublishedFrame): Buffer {
  let header = headers.get(frame);
  if (!header) headers.set(frame, (header = Buffer.from(headerText(frame.header, frame.jpeg.length), 'latin1')));
  return header;
}

function headerText({ captureTimeUs, sequence }: FrameHeader, jpegBytes: number): string {
  const timestamp = `${Math.floor(captureTimeUs / 1_000_000)}.${String(captureTimeUs % 1_000_000).padStart(6, '0')}`;
  return `${TYPE}Content-Length: ${jpegBytes}\r\nX-Timestamp: ${timestamp}\r\nX-Sequence: ${sequence}\r\n\r\n`;
}
