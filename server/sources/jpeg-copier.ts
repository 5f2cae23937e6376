import type { Clock } from '../../shared/clock.js';
import { StreamerError } from '../../shared/errors.js';
import { completeJpeg } from '../../shared/jpeg/complete-jpeg.js';
import { MultipartParser } from '../../shared/jpeg/multipart-parser.js';
import { MAX_JPEG_BYTES } from '../../shared/protocol/messages.js';
import type { ByteSink } from '../ffmpeg/ffmpeg.js';
import { ChildFeed } from './child-feed.js';
import type { ChildRequest, FeedIntake } from './child-feed.js';
import type { FeedListener, FrameFeed } from './frame-feed.js';

/** Output options that pass the JPEGs of a video on as they are, each with its length before it. */
const COPY_OPTIONS = ['-an', '-sn', '-dn', '-map', '0:v:0', '-c:v', 'copy', '-f', 'mpjpeg', '-boundary_tag', 'next'];
const BOUNDARY = 'next';
/** JPEGs read ahead; more would only cost memory. */
const MAX_READY = 4;
const CHUNK_BYTES = 64 * 1024;

/** What to copy from: a local file with JPEGs in it. */
export type CopyRequest = Pick<ChildRequest, 'ffmpegPath' | 'inputOptions'> & { readonly input: string };

/** Takes the JPEGs out of a video file, byte for byte but for Huffman tables where they are missing. */
export function copyJpegs(request: CopyRequest, clock: Clock, listener: FeedListener): FrameFeed {
  return new ChildFeed(
    { ...request, outputOptions: COPY_OPTIONS, shownInput: request.input },
    (intake) => new JpegCopySink(clock, intake),
    listener,
  );
}

/** Cuts the output of FFmpeg into JPEGs, and takes no more while enough of them wait. */
class JpegCopySink implements ByteSink {
  private readonly chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  private readonly parser: MultipartParser;
  private ready = 0;
  private isPaused = false;
  private isBroken = false;

  constructor(
    private readonly clock: Clock,
    private readonly intake: FeedIntake,
  ) {
    this.parser = new MultipartParser({
      boundary: BOUNDARY,
      maxPartBytes: MAX_JPEG_BYTES,
      onPartStart: () => undefined,
      onPart: ({ body }) => this.onJpeg(body),
    });
  }

  target(): Buffer {
    return this.chunk;
  }

  filled(lengthBytes: number): boolean {
    this.parse(() => this.parser.push(this.chunk.subarray(0, lengthBytes)));
    this.isPaused = this.ready >= MAX_READY;
    return !this.isPaused;
  }

  end(): void {
    this.intake.onEnd();
  }

  /** FFmpeg's own output is never malformed; a picture larger than can be sent ends it all the same. */
  private parse(step: () => void): void {
    if (this.isBroken) return;
    try {
      step();
    } catch (error) {
      if (!(error instanceof StreamerError)) throw error;
      this.isBroken = true;
    }
  }

  private onJpeg(body: Buffer): void {
    try {
      const { jpeg, width, height } = completeJpeg(body);
      this.ready += 1;
      const decodedTimeUs = this.clock.nowUs();
      this.intake.onFrame({ kind: 'jpeg', data: jpeg, width, height, decodedTimeUs, release: () => this.onRelease() });
    } catch (error) {
      // A picture that is broken in the file is left out; those behind it move up.
      if (!(error instanceof StreamerError)) throw error;
    }
  }

  private onRelease(): void {
    this.ready -= 1;
    if (!this.isPaused || this.ready >= MAX_READY) return;
    this.isPaused = false;
    this.intake.onRoom();
  }
}
