import { createReadStream } from 'node:fs';
import type { StreamerError } from '../../shared/errors.js';
import { JpegSplitter } from '../../shared/jpeg/jpeg-splitter.js';
import { TICKS_PER_SECOND } from '../rtsp/coded-video.js';
import type { CodedPicture, VideoFormat } from '../rtsp/coded-video.js';
import { packetize } from '../rtsp/packetizer.js';
import { TsReader } from '../rtsp/ts-reader.js';
import { formatOf } from '../rtsp/nal-units.js';
import { doesNotFit } from './memory-limit.js';
import { makeReel } from './picture-reel.js';
import type { PictureReel, ReadPicture } from './picture-reel.js';
import type { PreparedVideo } from './prepare-video.js';

/** How a prepared video is read into memory. */
export interface ReadOptions {
  /** As errors name it. */
  readonly name: string;
  /** Null plays it with the rate it has. */
  readonly fps: number | null;
  /** What its pictures may take. */
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

const MAX_JPEG_BYTES = 32 * 1024 * 1024;
const CHUNK_BYTES = 1024 * 1024;

/**
 * Reads a prepared video whole, cut for RTP; null where it would not loop cleanly.
 *
 * @throws {StreamerError} RESOURCE_LIMIT when it takes more than `maxBytes`; why it cannot be read.
 */
export async function readReel(video: PreparedVideo, options: ReadOptions): Promise<PictureReel | null> {
  const pictures = new PictureCollector(options);
  const reader = video.kind === 'ts' ? tsReader(pictures) : jpegReader(pictures, video.fps);
  const stream = createReadStream(video.path, { highWaterMark: CHUNK_BYTES, signal: options.signal });
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    reader.push(chunk);
    pictures.check();
  }
  reader.end();
  pictures.check();
  return pictures.format && makeReel(pictures.format, pictures.read, video.fps, options.fps);
}

interface Reader {
  push(chunk: Buffer): void;
  end(): void;
}

function tsReader(pictures: PictureCollector): Reader {
  return new TsReader({
    onPicture: (picture) => pictures.add(picture),
    onError: (error) => (pictures.error = error),
    // The player says when a picture is due.
    captureTimeUsOf: () => 0,
  });
}

function jpegReader(pictures: PictureCollector, fps: number): Reader {
  let count = 0;
  const splitter = new JpegSplitter({
    maxBytes: MAX_JPEG_BYTES,
    onStart: () => undefined,
    onJpeg: (jpeg) => {
      const ticks = Math.round((count * TICKS_PER_SECOND) / fps);
      count += 1;
      const times = { ptsTicks: ticks, dtsTicks: ticks, captureTimeUs: 0 };
      pictures.add({ codec: 'mjpeg', units: [jpeg], isKey: true, ...times });
    },
  });
  return { push: (chunk) => splitter.push(chunk), end: () => undefined };
}

/** Cuts pictures for RTP as they come, and sees to it that they are not too many. */
class PictureCollector {
  readonly read: ReadPicture[] = [];
  format: VideoFormat | null = null;
  error: StreamerError | null = null;
  private lengthBytes = 0;

  constructor(private readonly options: ReadOptions) {}

  add(picture: CodedPicture): void {
    const packets = packetize(picture);
    if (!packets) return;
    this.format ??= formatOf(picture);
    this.lengthBytes += packets.lengthBytes;
    if (this.lengthBytes <= this.options.maxBytes) this.read.push({ packets, dtsTicks: picture.dtsTicks });
  }

  /** Throws what is wrong. */
  check(): void {
    if (this.error) throw this.error;
    if (this.lengthBytes > this.options.maxBytes) throw doesNotFit(this.options.name, this.options.maxBytes);
  }
}
