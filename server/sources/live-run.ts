import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../../shared/clock.js';
import { StreamerError } from '../../shared/errors.js';
import type { ErrorCode } from '../../shared/errors.js';
import { RepeatLimiter } from '../../shared/repeat-limiter.js';
import type { FfmpegInput } from '../../shared/ffmpeg/ffmpeg.js';
import type { LogEvent } from '../../shared/ffmpeg/ffmpeg-log.js';
import { FrameThinner } from './frame-thinner.js';
import type { ReadJpeg } from './jpeg-reader.js';
import { LiveChild } from './live-child.js';
import type { LiveInput } from './live-input.js';
import { describeLive, mayOfferPackets } from './live-memory.js';
import type { DescribedSource, LiveMemory } from './live-memory.js';
import { doesAsPlanned, planLive } from './live-plan.js';
import type { LivePlan, LiveWishes } from './live-plan.js';
import type { PicturePool } from './picture-pool.js';
import type { PpmPicture } from './ppm-reader.js';
import type { SourceInfo, SourceRun, SourceSink } from './source.js';

/** What a live source is read from, and what is asked of it; a stream can be read by one child only. */
export type LiveOptions = Omit<LiveInput, 'input'> & LiveWishes & DescribedSource & { readonly input: FfmpegInput };

/** What a run works with; `memory` and `pool` outlive it. */
export interface LiveRunParts {
  readonly options: LiveOptions;
  readonly memory: LiveMemory;
  readonly pool: PicturePool;
  readonly clock: Clock;
  readonly sink: SourceSink;
  readonly nextSequence: number;
}

/** A source that changes more often than this within a minute has failed, so that it is not connected to all the time. */
const MAX_CHANGES = 4;
const CHANGES_WITHIN_US = 60_000_000;
/** Broken JPEGs without a sound one in between, after which FFmpeg is to make pictures of them. */
const MAX_BROKEN_JPEGS = 25;
/** Why JPEGs are decoded although nothing asks for it. */
const BROKEN_JPEGS = 'the JPEGs of the source are broken';
const KEPT_CONNECTION = 'that the source is JPEG shows only once it is connected; the next time it is passed on';
/** Failures that other options for the input may help; a source that did not answer is not asked twice. */
const MAYBE_OF_OPTIONS: ReadonlySet<ErrorCode> = new Set(['FFMPEG_FAILED', 'SOURCE_NOT_VIDEO', 'SOURCE_FAILED']);

/**
 * One run of a live source. FFmpeg's log says what the source is while its first pictures come; where another plan is
 * better for that, such as to copy JPEGs, FFmpeg is started anew, which is no failure.
 */
export class LiveRun implements SourceRun {
  private plan: LivePlan;
  private child: LiveChild;
  private changing: Promise<void> = Promise.resolve();
  private isOver = false;
  private sequence: number;
  private readonly changeTimesUs: number[] = [];
  private isVideoKnown = false;
  /** Size of the decoded pictures before they are scaled. */
  private codedSize: string | null = null;
  private told: SourceInfo | null = null;
  private brokenJpegs = 0;
  /** Whether the present child gave bytes of the video itself. */
  private hasPackets = false;
  private readonly thinner: FrameThinner | null;
  private readonly limiter: RepeatLimiter;

  constructor(private readonly parts: LiveRunParts) {
    const { options, clock, nextSequence } = parts;
    this.sequence = nextSequence;
    this.thinner = options.fps === null ? null : new FrameThinner(options.fps);
    this.limiter = new RepeatLimiter(clock, { intervalUs: 10_000_000 });
    this.plan = this.planNow();
    this.child = this.startChild();
  }

  async stop(): Promise<void> {
    this.isOver = true;
    await Promise.all([this.changing, this.child.stop()]);
  }

  private planNow(): LivePlan {
    const { options, memory } = this.parts;
    // What cannot be copied is decoded, as if the pixels were asked for.
    const isProcessed = options.wanted.isProcessed || memory.decodesBecause === BROKEN_JPEGS;
    const wantsPackets = options.wantsPackets === true && mayOfferPackets(memory);
    return planLive({ ...options, wantsPackets, wanted: { ...options.wanted, isProcessed } }, memory.video);
  }

  private startChild(): LiveChild {
    const { options, memory, pool, clock } = this.parts;
    const { ffmpegPath, input, shownInput, fallbackInputOptions } = options;
    const inputOptions = (memory.usesFallback ? fallbackInputOptions : undefined) ?? options.inputOptions;
    if (memory.decodesBecause === KEPT_CONNECTION) memory.decodesBecause = null;
    this.isVideoKnown = false;
    this.codedSize = null;
    this.brokenJpegs = 0;
    this.hasPackets = false;
    return new LiveChild({ ffmpegPath, input, inputOptions, shownInput, plan: this.plan }, pool, clock, {
      onLog: (event) => this.onLog(event),
      onPicture: (picture) => this.onPicture(picture),
      onJpeg: (jpeg) => this.onJpeg(jpeg),
      onPackets: (bytes) => this.onPackets(bytes),
      onDrop: () => this.onDrop(),
      onBadJpeg: (error) => this.onBadJpeg(error),
      onGone: (error) => this.onGone(error),
    });
  }

  private onLog(event: LogEvent): void {
    if (event.kind === 'size') return this.onCodedSize(`${event.width}x${event.height}`);
    const { options, memory } = this.parts;
    this.isVideoKnown = true;
    if (!isDeepStrictEqual(memory.video, event.video)) this.told = null;
    memory.video = event.video;
    if (doesAsPlanned(this.plan, this.planNow())) return;
    if (options.keepsConnection !== true || this.plan.mode === 'copy') this.change();
    else memory.decodesBecause ??= KEPT_CONNECTION;
  }

  /** FFmpeg would squeeze pictures of another size into the one it began with. */
  private onCodedSize(size: string): void {
    const { wanted, keepsConnection } = this.parts.options;
    const isOther = this.codedSize !== null && this.codedSize !== size;
    const isScaled = wanted.width !== null && wanted.height !== null;
    this.codedSize = size;
    if (isOther && !isScaled && keepsConnection !== true) this.change();
  }

  private onPicture({ firstByteTimeUs, completeTimeUs, ...picture }: PpmPicture): void {
    this.tellInfo(picture);
    const times = { captureTimeUs: firstByteTimeUs, decodedTimeUs: completeTimeUs };
    this.parts.sink.onFrame({ kind: 'raw', ...picture, ...times, ...this.nextFacts() });
  }

  private onJpeg({ jpeg, firstByteTimeUs, completeTimeUs, ...size }: ReadJpeg): void {
    this.brokenJpegs = 0;
    if (this.thinner && !this.thinner.admits(firstByteTimeUs)) return;
    this.tellInfo(size);
    const times = { captureTimeUs: firstByteTimeUs, decodedTimeUs: completeTimeUs };
    this.parts.sink.onFrame({ kind: 'jpeg', data: jpeg, ...size, ...times, ...this.nextFacts() });
  }

  private onPackets(bytes: Buffer): void {
    const isStart = !this.hasPackets;
    this.hasPackets = true;
    this.parts.sink.onPackets?.(bytes, isStart);
  }

  private nextFacts() {
    const sequence = this.sequence;
    this.sequence += 1;
    return { sequence, timeSource: 'arrival', clockErrorUs: 0 } as const;
  }

  private onDrop(): void {
    const { sequence } = this.nextFacts();
    this.parts.sink.onDrop(sequence, sequence);
  }

  private onBadJpeg(error: StreamerError): void {
    const { sink, memory } = this.parts;
    this.brokenJpegs += 1;
    this.limiter.run('BAD_JPEG', (suppressed) => {
      const more = suppressed === 0 ? '' : ` (and ${suppressed} before)`;
      sink.onWarning(new StreamerError('BAD_JPEG', `${error.message}${more}`, { cause: error }));
    });
    if (this.brokenJpegs < MAX_BROKEN_JPEGS) return;
    memory.decodesBecause = BROKEN_JPEGS;
    this.change();
  }

  private onGone(error: StreamerError): void {
    const { options, memory, sink } = this.parts;
    const mayFallBack = options.fallbackInputOptions !== undefined && !this.isVideoKnown;
    if (mayFallBack && !memory.usesFallback && MAYBE_OF_OPTIONS.has(error.code)) {
      memory.usesFallback = true;
      return this.change();
    }
    if (mayFallBack) memory.usesFallback = false;
    // Not every video can be written as MPEG-TS, and FFmpeg ends when one of its outputs fails.
    if (this.plan.hasPackets && this.isVideoKnown && !this.hasPackets && !memory.refusesPackets) {
      memory.refusesPackets = true;
      return this.change();
    }
    this.isOver = true;
    sink.onError(error);
  }

  /** Ends FFmpeg and starts it as it is to be now. */
  private change(): void {
    const { clock } = this.parts;
    const child = this.child;
    const gone = child.stop();
    const nowUs = clock.nowUs();
    while (nowUs - (this.changeTimesUs[0] ?? nowUs) > CHANGES_WITHIN_US) this.changeTimesUs.shift();
    this.changeTimesUs.push(nowUs);
    this.changing = gone.then(() => {
      if (this.isOver) return;
      if (this.changeTimesUs.length > MAX_CHANGES) return this.fail();
      this.plan = this.planNow();
      this.child = this.startChild();
    });
  }

  private fail(): void {
    const { options, sink } = this.parts;
    this.isOver = true;
    const sentence = `${options.shownInput} changes its size or codec again and again; check its settings.`;
    sink.onError(new StreamerError('SOURCE_FAILED', sentence));
  }

  /** Before a frame that the last word of the source does not fit any more. */
  private tellInfo({ width, height }: { readonly width: number; readonly height: number }): void {
    const { options, memory, sink } = this.parts;
    if (this.told?.width === width && this.told.height === height) return;
    memory.width = width;
    memory.height = height;
    this.told = describeLive(options, memory);
    sink.onInfo(this.told);
  }
}
