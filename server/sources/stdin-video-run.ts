import { Readable } from 'node:stream';
import type { Clock } from '../../shared/clock.js';
import { StreamerError } from '../../shared/errors.js';
import { QUICK_START } from './live-input.js';
import { emptyMemory } from './live-memory.js';
import { LiveRun } from './live-run.js';
import type { LiveOptions } from './live-run.js';
import type { PicturePool } from './picture-pool.js';
import type { SourceRun, SourceSink } from './source.js';
import type { StandardInput } from './standard-input.js';

/** What a run works with. */
export interface StdinVideoParts {
  readonly input: StandardInput;
  readonly options: Omit<LiveOptions, 'input' | 'inputOptions' | 'shownInput' | 'keepsConnection'>;
  readonly pool: PicturePool;
  readonly clock: Clock;
  readonly sink: SourceSink;
  readonly nextSequence: number;
}

const NAME = 'Standard input';
/** Why JPEGs in a container are decoded: FFmpeg would have to start anew, and the bytes it has taken are gone. */
const REASON = 'a container on standard input is decoded';
/** A file comes as fast as the pipe is. What a playlist names is not opened. */
const INPUT_OPTIONS = ['-re', '-protocol_whitelist', 'pipe', ...QUICK_START];
/** Bytes that wait for FFmpeg; the pipe holds as many again. */
const QUEUE_BYTES = 64 * 1024;

/** FFmpeg on what comes in on standard input. */
export class StdinVideoRun implements SourceRun {
  private readonly bytes: Readable;
  private readonly run: LiveRun;
  /** Whether the beginning of the container is long gone. */
  private readonly isJoined: boolean;
  private hasPictures = false;
  private hasEnded = false;

  constructor(
    private readonly parts: StdinVideoParts,
    isJoined: boolean,
  ) {
    const { input, options, ...rest } = parts;
    this.isJoined = isJoined;
    this.bytes = new Readable({ highWaterMark: QUEUE_BYTES, read: () => input.resume() });
    const memory = { ...emptyMemory(), decodesBecause: REASON };
    const source = { input: this.bytes, inputOptions: INPUT_OPTIONS, shownInput: NAME, keepsConnection: true };
    this.run = new LiveRun({ ...rest, options: { ...options, ...source }, memory, sink: this.sink() });
  }

  /** Takes the next bytes; asks the input to wait while FFmpeg has enough of them. */
  push(chunk: Buffer): void {
    if (!this.bytes.push(chunk)) this.parts.input.pause();
  }

  /** No more bytes come; what FFmpeg has is played to its end. */
  end(): void {
    this.hasEnded = true;
    this.bytes.push(null);
  }

  async stop(): Promise<void> {
    await this.run.stop();
    this.bytes.destroy();
  }

  private sink(): SourceSink {
    const { sink } = this.parts;
    return {
      onInfo: (info) => sink.onInfo(info),
      onFrame: (frame) => {
        this.hasPictures = true;
        sink.onFrame(frame);
      },
      onDrop: (first, last) => sink.onDrop(first, last),
      onWarning: (error) => sink.onWarning(error),
      onEnd: () => sink.onEnd(),
      onError: (error) => this.onGone(error),
    };
  }

  /** A live source that ends has failed, a file that was read to its end has not. */
  private onGone(error: StreamerError): void {
    const { sink } = this.parts;
    if (this.hasPictures && this.hasEnded) sink.onEnd();
    else sink.onError(this.hasPictures ? error : this.explain(error));
  }

  private explain(error: StreamerError): StreamerError {
    const log = error.cause instanceof Error ? error.cause.message : '';
    if (/partial file|moov atom not found/.test(log) && !this.isJoined) {
      const hint = 'make it with -movflags +faststart, or name the file.';
      return notVideo(`${NAME} is an MP4 whose index comes last, and a pipe cannot go back; ${hint}`, error);
    }
    if (error.code !== 'SOURCE_NOT_VIDEO') return error;
    const hint = this.isJoined
      ? 'cannot be joined in its middle; start both programs anew, or send MPEG-TS or JPEGs.'
      : 'holds nothing that FFmpeg takes for video; check the program that writes it.';
    return notVideo(`${NAME} ${hint}`, error);
  }
}

function notVideo(message: string, cause: StreamerError): StreamerError {
  return new StreamerError('SOURCE_NOT_VIDEO', message, { cause });
}
