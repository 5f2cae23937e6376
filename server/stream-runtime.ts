import { Backoff } from '../shared/backoff.js';
import type { Clock } from '../shared/clock.js';
import type { StreamerError } from '../shared/errors.js';
import type { Logger } from '../shared/logger.js';
import type { Notice, StreamState } from '../shared/protocol/messages.js';
import { RepeatLimiter } from '../shared/repeat-limiter.js';
import type { EncodedFrame } from './hub/frame.js';
import type { HubStream, StreamDescription } from './hub/stream.js';
import { FramePipeline } from './pipeline/frame-pipeline.js';
import type { FrameProcessing } from './pipeline/frame-processing.js';
import { createJpegCodec } from './pipeline/jpeg-codec.js';
import type { JpegCodec } from './pipeline/jpeg-codec.js';
import { createFrameProcessing } from './processing/worker-processing.js';
import { describeSource } from './sources/describe-source.js';
import { isJpegPassedOn } from './sources/encoding-choice.js';
import { isTooLarge, outputSize } from './sources/output-size.js';
import type { Size } from './sources/output-size.js';
import type { JpegFrame, Source, SourceFrame, SourceInfo } from './sources/source.js';
import { SourceSupervisor } from './sources/supervisor.js';
import { DEFAULT_QUALITY, wantedPicture } from './stream-settings.js';
import type { StreamSettings } from './stream-settings.js';

/** What a stream is made of besides its source; `createCodec` is replaced in tests. */
export interface StreamParts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly createCodec?: (quality: number) => JpegCodec;
}

/** What keeps one stream of the hub going: its source, which runs while somebody looks, and the pipeline. */
export class StreamRuntime {
  hasEnded = false;
  /** Resolves when the stream has come to its end. */
  readonly ended: Promise<void>;
  private readonly supervisor: SourceSupervisor;
  private readonly pipeline: FramePipeline;
  private readonly processing: FrameProcessing | null;
  private readonly limiter: RepeatLimiter;
  private readonly logger: Logger;
  private resolveEnded!: () => void;
  private readonly stopObserving: () => void;
  private told = '';

  constructor(
    readonly stream: HubStream,
    readonly settings: StreamSettings,
    private readonly source: Source,
    private readonly parts: StreamParts,
  ) {
    const { clock, logger } = parts;
    const { name, source: spec, idleTimeoutMs } = settings;
    // Who writes to standard input would wait for its reader.
    const onDemand = settings.onDemand && spec.kind !== 'stdin';
    this.ended = new Promise((resolve) => (this.resolveEnded = resolve));
    this.logger = logger.child({ stream: name });
    this.limiter = new RepeatLimiter(clock);
    this.processing = this.createProcessing();
    this.pipeline = this.createPipeline();
    const supervised = {
      onInfo: (info: SourceInfo) => this.onInfo(info),
      onFrame: (frame: SourceFrame) => this.onFrame(frame),
      onPackets: (bytes: Buffer, isStart: boolean) => stream.packets.push(bytes, isStart),
      onDrop: (first: number, last: number) => this.pipeline.skip(first, last),
      onWarning: (error: StreamerError) => this.warn(error.code, error, 'source'),
      onState: (state: StreamState, reason?: Notice) => this.onState(state, reason),
    };
    const options = { backoff: new Backoff(), onDemand, idleTimeoutMs, firstSequence: stream.nextSequence };
    this.supervisor = new SourceSupervisor(source, supervised, clock, options);
    this.stopObserving = stream.observe({ onDemand: (wanted) => this.supervisor.setWanted(wanted) });
    this.supervisor.setWanted(stream.isWanted);
  }

  /** FFmpeg's name of the source's codec; null while it is not known. */
  get codec(): string | null {
    return this.source.info.codec;
  }

  /** Stops the source; resolves when its children are gone and no frame will come any more. */
  async close(): Promise<void> {
    this.stopObserving();
    await this.supervisor.close();
    await this.pipeline.whenIdle();
    await this.processing?.close();
  }

  private createProcessing(): FrameProcessing | null {
    const { processors, name } = this.settings;
    if (processors.length === 0) return null;
    const onProblem = (error: StreamerError) => this.warn('processor', error, 'processor');
    const onLog = (line: string) => this.logger.info(`processor: ${line}`);
    return createFrameProcessing(processors, { stream: name, clock: this.parts.clock, onProblem, onLog });
  }

  private createPipeline(): FramePipeline {
    const { clock, createCodec = createJpegCodec } = this.parts;
    const { settings, processing } = this;
    const wanted = wantedPicture(settings);
    const parts = {
      codec: createCodec(settings.quality ?? DEFAULT_QUALITY),
      processing,
      isPassedOn: (frame: JpegFrame) => isJpegPassedOn(wanted, frame),
      sizeFor: (frame: JpegFrame) => outputSize(frame, settings),
      clock,
      onError: (error: StreamerError) => this.warn('encode', error, 'frame not encoded'),
    };
    const sink = {
      publish: (frame: EncodedFrame) => this.publish(frame),
      drop: (first: number, last: number) => this.onDrop(first, last),
    };
    return new FramePipeline(parts, sink);
  }

  /** What nobody would get is not encoded; a source that is to run always is looked at in other ways too. */
  private onFrame(frame: SourceFrame): void {
    if (!this.isForNobody) this.pipeline.accept(frame);
    else if (frame.kind === 'raw') frame.release();
  }

  /** A frame that was on its way when the last viewer left would be taken for the newest one by the next. */
  private publish(frame: EncodedFrame): void {
    if (!this.isForNobody) this.stream.publish(frame);
  }

  private get isForNobody(): boolean {
    return this.stream.isHeldOnly && this.settings.onDemand;
  }

  private onInfo(info: SourceInfo): void {
    this.stream.packets.setOffer(offerOf(info));
    const description = describeStream(info, this.settings);
    this.stream.describe(description);
    const sentence = describeSource({ ...info, ...description });
    // A source that is only connected has nothing to tell yet, and one may be connected to many times.
    if (sentence === this.told || info.width === 0) return;
    this.told = sentence;
    this.logger.info(sentence);
  }

  private onDrop(first: number, last: number): void {
    this.stream.drop(first, last);
    this.limiter.run('drop', (suppressed) =>
      this.logger.warn({ suppressed, droppedTotal: this.stream.counters.dropped }, 'too slow: late frames dropped'),
    );
  }

  /** A condition that may come with every frame is told once a second. */
  private warn(key: string, error: StreamerError, message: string): void {
    this.limiter.run(key, (suppressed) =>
      this.logger.warn({ code: error.code, err: error, suppressed }, `${message}: ${error.message}`),
    );
  }

  private onState(state: StreamState, reason?: Notice): void {
    if (state === 'ended') return void this.finish(reason);
    // Who comes next would get a frame of the past, and a gap behind it that nobody explains.
    if (state === 'idle') this.pipeline.forget();
    this.setState(state, reason);
  }

  /** The end is announced after the last frame, which may still be with an encoder. */
  private async finish(reason?: Notice): Promise<void> {
    await this.pipeline.whenIdle();
    this.setState('ended', reason);
    this.hasEnded = true;
    this.resolveEnded();
  }

  private setState(state: StreamState, reason?: Notice): void {
    this.stream.setState(state, reason);
    const text = `stream ${state}${reason ? `: ${reason.message}` : ''}`;
    if (QUIET_STATES.has(state)) this.logger.info(text);
    else this.logger.warn({ code: reason?.code }, text);
  }
}

/** States that are no reason to worry. */
const QUIET_STATES: ReadonlySet<StreamState> = new Set<StreamState>(['idle', 'connecting', 'live', 'ended']);

/** Whether a source gives its own video; one that was not reached yet may. */
function offerOf({ offersPackets, codec }: SourceInfo): boolean | null {
  return offersPackets ?? (codec === null ? null : false);
}

/** A source as the stream it becomes with these settings. */
export function describeStream(info: SourceInfo, settings: StreamSettings): StreamDescription {
  const { fps, timeSource, startTimeUs, encoding } = info;
  return { ...sizeOf(info, settings), fps, timeSource, startTimeUs, encoding };
}

/** Size of the frames in pixels; what a source says of itself is not trusted, and a frame too large fails on its own. */
function sizeOf({ width, height }: Size, settings: StreamSettings): Size {
  if (width === 0 || isTooLarge({ width, height })) return { width, height };
  return outputSize({ width, height }, settings);
}
