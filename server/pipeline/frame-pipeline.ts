import type { Clock } from '../../shared/clock.js';
import { StreamerError, toStreamerError } from '../../shared/errors.js';
import { MAX_JPEG_BYTES } from '../../shared/protocol/messages.js';
import type { EncodedFrame } from '../hub/frame.js';
import type { JpegFrame, SourceFrame } from '../sources/source.js';
import type { FrameProcessing } from './frame-processing.js';
import { InOrder } from './in-order.js';
import type { Place } from './in-order.js';
import type { JpegCodec, PictureSize } from './jpeg-codec.js';
import { LatestStage } from './latest-stage.js';
import { Picture } from './picture.js';

/** Where encoded frames go, in order of their sequence numbers. */
export interface PipelineSink {
  publish(frame: EncodedFrame): void;
  drop(first: number, last: number): void;
}

/** What a pipeline is made of. */
export interface PipelineParts {
  readonly codec: JpegCodec;
  /** The stream's processors; null where there are none. */
  readonly processing: FrameProcessing | null;
  /** Whether a JPEG of the source goes out as it is. */
  readonly isPassedOn: (frame: JpegFrame) => boolean;
  /** The size a JPEG of the source is decoded to, in pixels. */
  readonly sizeFor: (frame: JpegFrame) => PictureSize;
  readonly clock: Clock;
  /** Told of every frame that could not be encoded; the stream goes on. */
  readonly onError: (error: StreamerError) => void;
}

/** A frame on its way. `content` of a JPEG is the frame itself until it was decoded for a processor. */
interface Job {
  readonly frame: SourceFrame;
  readonly place: Place;
  content: Picture | JpegFrame;
  processedTimeUs: number;
}

/**
 * Source frame -> processors -> JPEG. A source's own JPEG goes out as it is where nothing else was asked for. Processors
 * see one frame at a time, encodes run in parallel; everything comes out in order. Before each step at most one frame
 * waits, and a newer one replaces it.
 */
export class FramePipeline {
  private readonly order = new InOrder();
  /** Null where there are no processors. */
  private readonly processStage: LatestStage<Job> | null;
  private readonly encodeStage: LatestStage<Job>;

  constructor(
    private readonly parts: PipelineParts,
    private readonly sink: PipelineSink,
  ) {
    const onReplaced = (job: Job) => this.drop(job);
    const { processing } = parts;
    this.processStage = processing && new LatestStage<Job>(1, (job) => this.process(job, processing), onReplaced);
    this.encodeStage = new LatestStage<Job>(parts.codec.parallel, (job) => this.encode(job), onReplaced);
  }

  /** Takes the next frame and, if it is raw, its buffer; `release` is called when the buffer is free again. */
  accept(frame: SourceFrame): void {
    const place = this.order.next();
    const job: Job = { frame, place, content: contentOf(frame), processedTimeUs: frame.decodedTimeUs };
    if (frame.kind === 'jpeg' && this.parts.isPassedOn(frame)) this.passOn(job, frame);
    else if (this.processStage && this.parts.processing?.isActive) this.processStage.accept(job);
    else this.encodeStage.accept(job);
  }

  /** Passes on, in order, that the source left out the frames `first` to `last` because it was late. */
  skip(first: number, last: number): void {
    this.order.next().settle(() => this.sink.drop(first, last));
  }

  /** Lets go of the frames that are on their way: they would come out when nobody wants them any more. */
  forget(): void {
    this.order.forget();
  }

  /** Resolves when every accepted frame has come out or was dropped. */
  whenIdle(): Promise<void> {
    return this.order.whenIdle();
  }

  private passOn({ frame, place }: Job, { data }: JpegFrame): void {
    const timeUs = frame.decodedTimeUs;
    const times = { processedTimeUs: timeUs, encodeStartTimeUs: timeUs, encodedTimeUs: timeUs };
    place.settle(() => this.sink.publish({ ...factsOf(frame), ...times, jpeg: data }));
  }

  private async process(job: Job, processing: FrameProcessing): Promise<() => void> {
    const { sequence, captureTimeUs } = job.frame;
    try {
      const picture = job.content instanceof Picture ? job.content : await this.decode(job.content);
      job.content = picture;
      const { data, width, height } = picture;
      const outcome = await processing.process({ data, width, height, sequence, captureTimeUs });
      job.processedTimeUs = this.parts.clock.nowUs();
      return picture.take(outcome) ? () => this.encodeStage.accept(job) : () => this.drop(job);
    } catch (error) {
      return () => this.fail(job, error);
    }
  }

  private async encode(job: Job): Promise<() => void> {
    const encodeStartTimeUs = this.parts.clock.nowUs();
    try {
      const { jpeg, ...size } = await this.toJpeg(job.content);
      checkLength(jpeg, size);
      const { processedTimeUs } = job;
      const times = { processedTimeUs, encodeStartTimeUs, encodedTimeUs: this.parts.clock.nowUs() };
      const frame = { ...factsOf(job.frame), ...size, ...times, jpeg };
      return () => {
        job.place.settle(() => this.sink.publish(frame));
        release(job);
      };
    } catch (error) {
      return () => this.fail(job, error);
    }
  }

  private async toJpeg(content: Picture | JpegFrame): Promise<PictureSize & { readonly jpeg: Buffer }> {
    const { codec, sizeFor } = this.parts;
    if (content instanceof Picture) {
      return { jpeg: await codec.encode(content), width: content.width, height: content.height };
    }
    const size = sizeFor(content);
    return { jpeg: await codec.reencode(content.data, size), ...size };
  }

  private async decode(frame: JpegFrame): Promise<Picture> {
    return new Picture(await this.parts.codec.decode(frame.data, this.parts.sizeFor(frame)), () => undefined);
  }

  /** It is told in its turn, after the older frames that are on their way. */
  private drop(job: Job): void {
    const { sequence } = job.frame;
    job.place.settle(() => this.sink.drop(sequence, sequence));
    release(job);
  }

  private fail(job: Job, error: unknown): void {
    this.parts.onError(toStreamerError(error, 'ENCODE_FAILED'));
    job.place.settle(null);
    release(job);
  }
}

function contentOf(frame: SourceFrame): Picture | JpegFrame {
  return frame.kind === 'raw' ? new Picture(frame, (memory) => frame.release(memory)) : frame;
}

/** The bytes of a JPEG belong to nobody else. */
function release({ content }: Job): void {
  if (content instanceof Picture) content.release();
}

function factsOf(frame: SourceFrame) {
  const { sequence, captureTimeUs, timeSource, clockErrorUs, decodedTimeUs, width, height } = frame;
  return { sequence, captureTimeUs, timeSource, clockErrorUs, decodedTimeUs, width, height };
}

function checkLength(jpeg: Buffer, { width, height }: PictureSize): void {
  if (jpeg.length <= MAX_JPEG_BYTES) return;
  const frame = `A ${width}x${height} frame is ${Math.round(jpeg.length / 1_000_000)} MB as JPEG`;
  throw new StreamerError('ENCODE_FAILED', `${frame}, more than a message may hold; lower the quality or the size.`);
}
