import { Readable } from 'node:stream';
import type { Clock } from '../../shared/clock.js';
import { StreamerError } from '../../shared/errors.js';
import { startFfmpeg } from '../../shared/ffmpeg/ffmpeg.js';
import type { ByteSink, FfmpegRun } from '../../shared/ffmpeg/ffmpeg.js';
import type { EncoderChoice } from '../../shared/ffmpeg/video-encoder.js';
import { MatroskaWriter } from '../recording/matroska-writer.js';
import { TICKS_PER_SECOND } from './coded-video.js';
import type { CodedPicture } from './coded-video.js';
import { FrameTimes } from './frame-times.js';
import { TS_OUTPUT_OPTIONS } from './ts-output.js';
import { TsReader } from './ts-reader.js';

/** What goes into an encoder: `jpeg` pictures, or raw RGB24 ones. All are of one size. */
export interface EncoderInput {
  readonly kind: 'jpeg' | 'rgb24';
  /** Pixels. */
  readonly width: number;
  readonly height: number;
}

/** Options of an encoder. */
export interface EncoderChildOptions {
  readonly ffmpegPath: string;
  readonly encoder: EncoderChoice;
  readonly input: EncoderInput;
  /** Pictures a second, as they are expected. */
  readonly fps: number;
  /** What is encoded, as messages name it. */
  readonly name: string;
}

/** What an encoder tells. None of it may throw: there is nobody to catch it. */
export interface EncoderChildEvents {
  onPicture(picture: CodedPicture): void;
  /** Called once, when FFmpeg is gone by itself, or hangs: with FFMPEG_FAILED. Not called after `stop`. */
  onExit(error: StreamerError): void;
}

/** A picture for an encoder. */
export interface FrameToEncode {
  /** JPEG, or RGB24 rows without padding. Not to be written to until its picture came out, so best never. */
  readonly data: Buffer;
  readonly captureTimeUs: number;
}

/**
 * Frames that may be on their way. An encoder that keeps up has one or two; the others are for its start, in which it
 * takes none, and for hardware that works on several.
 */
const MAX_IN_FLIGHT = 5;
/** No encoder that works takes so long for a frame, not even the first one on a busy machine. */
const STALL_LIMIT_US = 20_000_000;
/**
 * An encoder that has begun, and read all, and then makes nothing for so long of what it was given, cannot decode it; the
 * next frame may be better.
 */
const LOST_AFTER_US = 1_000_000;
/** Bytes that are read at a time. */
const CHUNK_BYTES = 64 * 1024;
/** The input says all there is to know in its first bytes, and FFmpeg is not to wait for more frames before it begins. */
const QUICK_START = ['-probesize', '32', '-analyzeduration', '0', '-threads', '1', '-protocol_whitelist', 'pipe'];

/**
 * An FFmpeg child that encodes frames as they come, each at once. JPEGs go in as Matroska, which carries their times; raw
 * frames as they are, and FFmpeg takes them for evenly spaced. Frames of another size need another child.
 */
export class EncoderChild {
  private readonly frames = new Readable({ highWaterMark: CHUNK_BYTES, read: () => undefined });
  private readonly container: MatroskaWriter | null;
  private readonly times: FrameTimes;
  private readonly run: FfmpegRun;
  private lastPictureUs: number | null = null;
  /** When the first frame went in of which, or of those after it, nothing came yet. */
  private unansweredSinceUs: number | null = null;
  private isOver = false;

  constructor(
    private readonly options: EncoderChildOptions,
    private readonly events: EncoderChildEvents,
    private readonly parts: { readonly clock: Clock },
  ) {
    const { ffmpegPath, encoder, input, fps, name } = options;
    const isJpeg = input.kind === 'jpeg';
    const { width, height } = input;
    this.times = new FrameTimes(fps, !isJpeg);
    this.container = isJpeg ? new MatroskaWriter({ startTimeUs: 0, width, height, title: '', nominalFps: fps }) : null;
    if (this.container) this.frames.push(this.container.header);
    this.run = startFfmpeg({
      ffmpegPath,
      input: this.frames,
      inputOptions: [...encoder.globalOptions, ...QUICK_START, ...this.inputFormat()],
      outputOptions: [...encoder.options, ...TS_OUTPUT_OPTIONS],
      output: this.sink(),
      shownInput: name,
      onExit: (error) => this.fail(error ?? failure(name, 'it ended by itself')),
    });
  }

  /** Frames that went in and never came out, though later ones did: broken JPEGs. */
  get framesLost(): number {
    return this.times.framesLost;
  }

  /** False when it takes no more for now, or is gone: the frame is to be left out. */
  encode({ data, captureTimeUs }: FrameToEncode): boolean {
    if (this.isOver) return false;
    const nowUs = this.parts.clock.nowUs();
    if (this.times.inFlight >= MAX_IN_FLIGHT) {
      this.checkStall(nowUs);
      this.giveUpLost(nowUs);
      if (this.isOver || this.times.inFlight >= MAX_IN_FLIGHT) return false;
    }
    this.unansweredSinceUs ??= nowUs;
    const ticks = this.times.enter(captureTimeUs, nowUs);
    if (this.container) this.frames.push(this.container.cluster(toUs(ticks), data.length));
    this.frames.push(data);
    return true;
  }

  /** Ends the child; resolves when it is gone. No picture comes any more. Idempotent. */
  async stop(): Promise<void> {
    this.isOver = true;
    await this.run.stop();
    this.frames.destroy();
  }

  private inputFormat(): string[] {
    const { input, fps } = this.options;
    if (input.kind === 'jpeg') return ['-f', 'matroska'];
    // A ratio of whole numbers, so that both sides count the same times for ever.
    const rate = `${Math.round(fps * 1000)}/1000`;
    return ['-f', 'rawvideo', '-pix_fmt', 'rgb24', '-s', `${input.width}x${input.height}`, '-framerate', rate];
  }

  private sink(): ByteSink {
    const memory = Buffer.allocUnsafeSlow(CHUNK_BYTES);
    const reader = new TsReader(
      {
        onPicture: (picture) => this.isOver || this.events.onPicture(picture),
        onError: (error) => this.fail(failure(this.options.name, 'what it writes cannot be read', error)),
        captureTimeUsOf: (ptsTicks) => this.leave(ptsTicks),
      },
      this.options.encoder.codec === 'mjpeg' ? { privateCodec: 'mjpeg' } : {},
    );
    return {
      target: () => memory,
      filled: (lengthBytes) => {
        reader.push(memory.subarray(0, lengthBytes));
        return true;
      },
      end: () => reader.end(),
    };
  }

  /** A picture came out; returns when its frame was captured. */
  private leave(ptsTicks: number): number {
    const captureTimeUs = this.times.leave(ptsTicks);
    this.lastPictureUs = this.parts.clock.nowUs();
    this.unansweredSinceUs = this.times.oldestSentTimeUs;
    return captureTimeUs;
  }

  /** Of frames that FFmpeg has not even read nothing can be said, and more of them would only fill the memory. */
  private giveUpLost(nowUs: number): void {
    const isSilent = this.lastPictureUs !== null && nowUs - this.lastPictureUs >= LOST_AFTER_US;
    if (isSilent && this.frames.readableLength === 0) this.times.giveUp(nowUs - LOST_AFTER_US);
  }

  private checkStall(nowUs: number): void {
    const sinceUs = this.unansweredSinceUs;
    if (sinceUs === null || nowUs - sinceUs < STALL_LIMIT_US) return;
    this.fail(failure(this.options.name, `no picture came in ${STALL_LIMIT_US / 1_000_000} s`));
  }

  private fail(error: StreamerError): void {
    if (this.isOver) return;
    void this.stop();
    this.events.onExit(error);
  }
}

/** Microseconds that FFmpeg makes the same ticks of again. */
function toUs(ticks: number): number {
  return Math.round((ticks * 1_000_000) / TICKS_PER_SECOND);
}

function failure(name: string, problem: string, cause?: StreamerError): StreamerError {
  return new StreamerError('FFMPEG_FAILED', `The encoder of ${name} failed: ${problem}.`, { cause });
}
