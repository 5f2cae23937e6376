import type { FrameHeader, TimeSource } from '../../shared/protocol/messages.js';

/** A frame as it comes out of the pipeline; times are microseconds since the epoch in the server's clock. */
export interface EncodedFrame {
  readonly sequence: number;
  readonly captureTimeUs: number;
  readonly timeSource: TimeSource;
  /** When the raw picture was complete; before `captureTimeUs` where a paced source reads ahead. */
  readonly decodedTimeUs: number;
  /** When the last processor was done with it; `decodedTimeUs` where there is none. */
  readonly processedTimeUs: number;
  /** Both are `processedTimeUs` where the source's own JPEG goes out. */
  readonly encodeStartTimeUs: number;
  readonly encodedTimeUs: number;
  /** Bound of the error of `captureTimeUs`; 0 where this server's own clock took it. */
  readonly clockErrorUs: number;
  readonly width: number;
  readonly height: number;
  readonly jpeg: Buffer;
}

/**
 * A frame as subscribers get it: made once, shared by all of them, never changed. It holds nothing that belongs to one
 * connection, so the same bytes can go over any road.
 */
export interface PublishedFrame {
  readonly header: FrameHeader;
  /** Length, type and header of the FRAME message, ready to be written before `jpeg`. */
  readonly packetHeader: Buffer;
  readonly jpeg: Buffer;
}
