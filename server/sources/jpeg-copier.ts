import type { Clock } from '../../shared/clock.js';
import type { StreamerError } from '../../shared/errors.js';
import type { ByteSink } from '../../shared/ffmpeg/byte-sink.js';
import { ChildFeed } from './child-feed.js';
import type { ChildRequest, FeedIntake } from './child-feed.js';
import type { FeedListener, FrameFeed } from './frame-feed.js';
import { JpegReader } from './jpeg-reader.js';
import type { ReadJpeg } from './jpeg-reader.js';

/** Output options that pass the JPEGs of a video on as they are, each with its length before it. */
const COPY_OPTIONS = ['-an', '-sn', '-dn', '-map', '0:v:0', '-c:v', 'copy', '-f', 'mpjpeg'];
/** JPEGs read ahead; more would only cost memory. */
const MAX_READY = 4;

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

/** Reads the output of FFmpeg, and takes no more while enough JPEGs wait. */
class JpegCopySink implements ByteSink {
  private readonly reader: JpegReader;
  private ready = 0;
  private isPaused = false;

  constructor(
    clock: Clock,
    private readonly intake: FeedIntake,
  ) {
    this.reader = new JpegReader(clock, {
      onJpeg: (jpeg) => this.onJpeg(jpeg),
      // A picture that is broken in the file is left out; those behind it move up.
      onBadJpeg: () => undefined,
      onFailure: (error) => this.onFailure(error),
      onEnd: () => this.intake.onEnd(),
    });
  }

  target(): Buffer {
    return this.reader.target();
  }

  filled(lengthBytes: number): boolean {
    this.reader.filled(lengthBytes);
    this.isPaused = this.ready >= MAX_READY;
    return !this.isPaused;
  }

  end(): void {
    this.reader.end();
  }

  private onJpeg({ jpeg, width, height, completeTimeUs }: ReadJpeg): void {
    this.ready += 1;
    const release = () => this.onRelease();
    this.intake.onFrame({ kind: 'jpeg', data: jpeg, width, height, decodedTimeUs: completeTimeUs, release });
  }

  /** FFmpeg's own output is never malformed; a picture larger than can be sent ends it all the same. */
  private onFailure(error: StreamerError): void {
    if (error.code !== 'SOURCE_BAD_ANSWER') throw error;
    this.intake.onEnd();
  }

  private onRelease(): void {
    this.ready -= 1;
    if (!this.isPaused || this.ready >= MAX_READY) return;
    this.isPaused = false;
    this.intake.onRoom();
  }
}
