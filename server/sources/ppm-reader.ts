import type { Clock } from '../../shared/clock.js';
import { StreamerError } from '../../shared/errors.js';
import type { ByteSink } from '../../shared/ffmpeg/byte-sink.js';
import { isTooLarge } from './output-size.js';
import type { PicturePool, ReleasePicture } from './picture-pool.js';

/** A raw picture, RGB24, whose memory belongs to the pool; times are microseconds since the epoch. */
export interface PpmPicture {
  readonly data: Buffer;
  readonly width: number;
  readonly height: number;
  readonly firstByteTimeUs: number;
  readonly completeTimeUs: number;
  readonly release: ReleasePicture;
}

/** What a reader tells. */
export interface PpmListener {
  onPicture(picture: PpmPicture): void;
  /** A picture was left out because every buffer was out. */
  onDrop(): void;
  /** These are no pictures, or too large ones; nothing more is read. */
  onFailure(error: StreamerError): void;
  onEnd(): void;
}

const HEADER = /^P6\n(\d{1,5}) (\d{1,5})\n255\n/;
/** `P6\n1 1\n255\n` and `P6\n99999 99999\n255\n`. */
const MIN_HEADER_BYTES = 11;
const MAX_HEADER_BYTES = 19;

/**
 * Takes raw pictures off a child that writes them as PPM (netpbm.sourceforge.net/doc/ppm.html), because each of them
 * says how large it is. The pixels are read straight into memory of a pool. It never asks to wait: frames of a live
 * source would only grow old in the pipe, so a picture for which no buffer is left is overwritten by the next.
 */
export class PpmReader implements ByteSink {
  private readonly header = Buffer.alloc(MAX_HEADER_BYTES);
  private headerFilled = 0;
  /** Headers of one child are of one length, so that from the second picture on each is one read. */
  private headerExpected = MIN_HEADER_BYTES;
  private firstByteTimeUs = 0;
  private picture: { readonly data: Buffer; readonly width: number; readonly height: number } | null = null;
  private pictureFilled = 0;
  private hasFailed = false;

  constructor(
    private readonly pool: PicturePool,
    private readonly clock: Clock,
    private readonly listener: PpmListener,
  ) {}

  target(): Buffer {
    if (!this.picture) return this.header.subarray(this.headerFilled, this.headerExpected);
    return this.picture.data.subarray(this.pictureFilled);
  }

  filled(lengthBytes: number): boolean {
    if (this.hasFailed) return true;
    if (this.picture) this.fillPicture(lengthBytes);
    else this.fillHeader(lengthBytes);
    return true;
  }

  end(): void {
    if (!this.hasFailed) this.listener.onEnd();
  }

  private fillHeader(lengthBytes: number): void {
    if (this.headerFilled === 0) this.firstByteTimeUs = this.clock.nowUs();
    this.headerFilled += lengthBytes;
    if (this.headerFilled < this.headerExpected) return;
    const match = HEADER.exec(this.header.toString('latin1', 0, this.headerFilled));
    if (match) return this.beginPicture(match[0].length, Number(match[1]), Number(match[2]));
    if (this.headerFilled < MAX_HEADER_BYTES) this.headerExpected = this.headerFilled + 1;
    else this.fail('FFMPEG_FAILED', 'FFmpeg writes no pictures; set FFMPEG_PATH to another version.');
  }

  private beginPicture(headerBytes: number, width: number, height: number): void {
    if (width * height === 0 || isTooLarge({ width, height })) {
      return this.fail('SOURCE_NOT_VIDEO', `Pictures of ${width}x${height} pixels are more than can be handled.`);
    }
    this.picture = { data: this.pool.take(width * height * 3), width, height };
    // The header became shorter, so the first pixels were read along with it.
    const surplus = this.header.subarray(headerBytes, this.headerFilled);
    this.headerFilled = 0;
    this.headerExpected = headerBytes;
    this.pictureFilled = 0;
    if (surplus.length > 0) this.takeSurplus(Buffer.from(surplus));
  }

  /** Hands on what was read too far as if it came now. */
  private takeSurplus(surplus: Buffer): void {
    for (let offset = 0; offset < surplus.length && !this.hasFailed;) {
      const copied = surplus.copy(this.target(), 0, offset);
      offset += copied;
      this.filled(copied);
    }
  }

  private fillPicture(lengthBytes: number): void {
    this.pictureFilled += lengthBytes;
    if (!this.picture || this.pictureFilled < this.picture.data.length) return;
    const { data, width, height } = this.picture;
    this.picture = null;
    const release = this.pool.lend(data);
    if (!release) {
      this.pool.putBack(data);
      return this.listener.onDrop();
    }
    const { firstByteTimeUs } = this;
    const completeTimeUs = this.clock.nowUs();
    this.listener.onPicture({ data, width, height, firstByteTimeUs, completeTimeUs, release });
  }

  private fail(code: 'FFMPEG_FAILED' | 'SOURCE_NOT_VIDEO', sentence: string): void {
    this.hasFailed = true;
    this.header.fill(0);
    this.headerFilled = 0;
    this.listener.onFailure(new StreamerError(code, sentence));
  }
}
