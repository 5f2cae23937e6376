import type { Clock } from '../../shared/clock.js';
import { StreamerError, toStreamerError } from '../../shared/errors.js';
import { MAX_JPEG_BYTES } from '../../shared/protocol/messages.js';
import type { EncodedFrame } from '../hub/frame.js';
import type { RawFrame } from '../sources/source.js';
import type { JpegEncoder } from './encoder.js';

/** Where encoded frames go, in order of their sequence numbers. */
export interface PipelineSink {
  publish(frame: EncodedFrame): void;
  drop(first: number, last: number): void;
}

/** What became of a frame; `pending` while it is being encoded or waits for it. */
type Outcome =
  { state: 'pending' } | { state: 'encoded'; frame: EncodedFrame } | { state: 'dropped' } | { state: 'failed' };

interface Entry {
  readonly first: number;
  readonly last: number;
  outcome: Outcome;
}

interface Waiting {
  readonly raw: RawFrame;
  readonly entry: Entry;
}

/**
 * Raw frame -> JPEG. Encodes run in parallel but come out in order. At most one frame waits for a free encoder, and a
 * newer one replaces it, so a slow encoder costs frames and never makes them old.
 */
export class EncodePipeline {
  private readonly order: Entry[] = [];
  private waiting: Waiting | null = null;
  private running = 0;
  private readonly idleWaiters: (() => void)[] = [];

  /** @param onError told of every frame that could not be encoded; the stream goes on */
  constructor(
    private readonly encoder: JpegEncoder,
    private readonly sink: PipelineSink,
    private readonly clock: Clock,
    private readonly onError: (error: StreamerError) => void,
  ) {}

  /** Takes the next frame and its buffer; `release` is called when the buffer is free again. */
  accept(raw: RawFrame): void {
    const entry: Entry = { first: raw.sequence, last: raw.sequence, outcome: { state: 'pending' } };
    this.order.push(entry);
    if (this.running < this.encoder.parallel) {
      void this.encode(raw, entry);
      return;
    }
    const replaced = this.waiting;
    // Before the old frame is released, because its buffer can bring the next frame in here at once.
    this.waiting = { raw, entry };
    if (replaced) this.drop(replaced);
  }

  /** Passes on, in order, that the source left out the frames `first` to `last` because it was late. */
  skip(first: number, last: number): void {
    this.order.push({ first, last, outcome: { state: 'dropped' } });
    this.flush();
  }

  /** Resolves when every accepted frame has come out or was dropped. */
  whenIdle(): Promise<void> {
    if (this.order.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.idleWaiters.push(resolve));
  }

  private async encode(raw: RawFrame, entry: Entry): Promise<void> {
    this.running += 1;
    const encodeStartTimeUs = this.clock.nowUs();
    try {
      const jpeg = await this.encoder.encode(raw);
      checkLength(jpeg, raw);
      entry.outcome = { state: 'encoded', frame: this.toEncoded(raw, jpeg, encodeStartTimeUs) };
    } catch (error) {
      entry.outcome = { state: 'failed' };
      this.onError(toStreamerError(error, 'ENCODE_FAILED'));
    }
    this.running -= 1;
    this.encodeWaiting();
    this.flush();
    raw.release();
  }

  private toEncoded(raw: RawFrame, jpeg: Buffer, encodeStartTimeUs: number): EncodedFrame {
    const { sequence, captureTimeUs, decodedTimeUs, clockErrorUs, width, height } = raw;
    const encodedTimeUs = this.clock.nowUs();
    return {
      sequence,
      captureTimeUs,
      decodedTimeUs,
      encodeStartTimeUs,
      encodedTimeUs,
      clockErrorUs,
      width,
      height,
      jpeg,
    };
  }

  private encodeWaiting(): void {
    if (!this.waiting) return;
    const { raw, entry } = this.waiting;
    this.waiting = null;
    void this.encode(raw, entry);
  }

  /** It is told in its turn, after the older frames that are being encoded. */
  private drop({ raw, entry }: Waiting): void {
    entry.outcome = { state: 'dropped' };
    raw.release();
  }

  private flush(): void {
    let count = 0;
    for (const { first, last, outcome } of this.order) {
      if (outcome.state === 'pending') break;
      if (outcome.state === 'encoded') this.sink.publish(outcome.frame);
      if (outcome.state === 'dropped') this.sink.drop(first, last);
      count += 1;
    }
    if (count > 0) this.order.splice(0, count);
    if (this.order.length === 0) for (const resolve of this.idleWaiters.splice(0)) resolve();
  }
}

function checkLength(jpeg: Buffer, { width, height }: RawFrame): void {
  if (jpeg.length <= MAX_JPEG_BYTES) return;
  const frame = `A ${width}x${height} frame is ${Math.round(jpeg.length / 1_000_000)} MB as JPEG`;
  throw new StreamerError('ENCODE_FAILED', `${frame}, more than a message may hold; lower the quality or the size.`);
}
