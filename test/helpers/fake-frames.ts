import type { PublishedFrame } from '../../server/hub/frame.js';
import type { RawFrame } from '../../server/sources/source.js';
import { FRAME_HEADER_BYTES, PREFIX_BYTES } from '../../shared/protocol/messages.js';

/** Begin of the streams that fake frames belong to, in microseconds since the epoch. */
export const START_US = 1_700_000_000_000_000;
/** Bytes of length, type and header before the JPEG of a FRAME. */
const PACKET_HEADER = Buffer.alloc(PREFIX_BYTES + FRAME_HEADER_BYTES);

/** When frame `sequence` of a stream of `fps` frames a second was captured. */
export function captureTimeUs(sequence: number, fps: number): number {
  return START_US + Math.round((sequence * 1_000_000) / fps);
}

/** A frame as the hub hands it to subscribers, with `jpegBytes` bytes of JPEG. */
export function publishedFrame(sequence: number, { fps = 30, jpegBytes = 100 } = {}): PublishedFrame {
  const header = {
    streamId: 1,
    format: 1,
    timeSource: 'schedule',
    sequence,
    captureTimeUs: captureTimeUs(sequence, fps),
    decodedOffsetUs: 0,
    processedOffsetUs: 0,
    encodeStartOffsetUs: 0,
    encodedOffsetUs: 0,
    publishedOffsetUs: 0,
    clockErrorUs: 0,
    width: 4,
    height: 2,
    flags: 0,
  } as const;
  return { header, packetHeader: PACKET_HEADER, jpeg: Buffer.alloc(jpegBytes) };
}

/** A decoded frame of 4x2 pixels that counts how often it was released. */
export class FakeRawFrame implements RawFrame {
  readonly kind = 'raw';
  readonly timeSource = 'schedule';
  readonly data = Buffer.alloc(24);
  readonly width = 4;
  readonly height = 2;
  readonly captureTimeUs: number;
  readonly decodedTimeUs: number;
  readonly clockErrorUs = 7;
  releases = 0;

  constructor(
    readonly sequence: number,
    private readonly onRelease: () => void = () => undefined,
  ) {
    this.captureTimeUs = captureTimeUs(sequence, 30);
    this.decodedTimeUs = this.captureTimeUs - 5_000;
  }

  release(): void {
    this.releases += 1;
    this.onRelease();
  }
}
