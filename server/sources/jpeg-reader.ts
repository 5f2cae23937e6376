import type { Clock } from '../../shared/clock.js';
import { StreamerError, toStreamerError } from '../../shared/errors.js';
import { completeJpeg } from '../../shared/jpeg/complete-jpeg.js';
import { MultipartParser } from '../../shared/jpeg/multipart-parser.js';
import { MAX_JPEG_BYTES } from '../../shared/protocol/messages.js';
import type { ByteSink } from '../../shared/ffmpeg/byte-sink.js';

/** A JPEG that every decoder takes; times are microseconds since the epoch. */
export interface ReadJpeg {
  readonly jpeg: Buffer;
  readonly width: number;
  readonly height: number;
  readonly firstByteTimeUs: number;
  readonly completeTimeUs: number;
}

/** What a reader tells. */
export interface JpegListener {
  onJpeg(jpeg: ReadJpeg): void;
  /** A picture is broken (BAD_JPEG) and left out. */
  onBadJpeg(error: StreamerError): void;
  /** Nothing more can be read. */
  onFailure(error: StreamerError): void;
  onEnd(): void;
}

const CHUNK_BYTES = 64 * 1024;

/**
 * Takes the JPEGs off a child that writes them as a multipart stream (`-f mpjpeg`), which tells how long each is. It
 * ends with `onEnd` or `onFailure`, and takes what still comes after a failure.
 */
export class JpegReader implements ByteSink {
  private readonly chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  private readonly parser: MultipartParser;
  private firstByteTimeUs = 0;
  private hasFailed = false;

  constructor(
    private readonly clock: Clock,
    private readonly listener: JpegListener,
  ) {
    this.parser = new MultipartParser({
      boundary: null,
      maxPartBytes: MAX_JPEG_BYTES,
      onPartStart: () => (this.firstByteTimeUs = this.clock.nowUs()),
      onPart: ({ body }) => this.onPart(body),
    });
  }

  target(): Buffer {
    return this.chunk;
  }

  filled(lengthBytes: number): boolean {
    if (this.hasFailed) return true;
    try {
      this.parser.push(this.chunk.subarray(0, lengthBytes));
    } catch (error) {
      this.hasFailed = true;
      this.listener.onFailure(toStreamerError(error));
    }
    return true;
  }

  /** What is left of a picture that was cut short is dropped. */
  end(): void {
    if (!this.hasFailed) this.listener.onEnd();
  }

  private onPart(body: Buffer): void {
    const { firstByteTimeUs } = this;
    let complete;
    try {
      complete = completeJpeg(body);
    } catch (error) {
      // Anything else is no fault of the picture.
      if (!(error instanceof StreamerError)) throw error;
      this.listener.onBadJpeg(error);
      return;
    }
    this.listener.onJpeg({ ...complete, firstByteTimeUs, completeTimeUs: this.clock.nowUs() });
  }
}
