import { encodeFrameHeader } from '../../shared/protocol/codec.js';
import type { Clock } from '../../shared/clock.js';
import { FrameFormat } from '../../shared/protocol/messages.js';
import type { Notice, StreamChange, StreamInfo, StreamState, TimeSource } from '../../shared/protocol/messages.js';
import type { EncodedFrame, PublishedFrame } from './frame.js';
import type { Subscriber } from './subscriber.js';

/** What is fixed about a stream when it is made. */
export interface StreamDescription {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly fps: number;
  readonly timeSource: TimeSource;
  /** When sequence 0 was due, in microseconds since the epoch. */
  readonly startTimeUs: number;
}

/** What a stream tells those who watch it; called synchronously, must not throw. */
export interface StreamObserver {
  /** The first subscriber came (true) or the last one left (false). */
  onDemand?(wanted: boolean): void;
  onChange?(change: StreamChange): void;
}

/** Counters of one stream since it was made. */
export interface StreamCounters {
  published: number;
  publishedBytes: number;
  /** Frames the pipeline dropped before encoding because they were late. */
  dropped: number;
}

/**
 * One stream: takes encoded frames in order and hands each to every subscriber. It knows neither where the frames come
 * from nor on which roads they leave.
 */
export class HubStream {
  readonly counters: StreamCounters = { published: 0, publishedBytes: 0, dropped: 0 };
  private readonly subscribers = new Set<Subscriber>();
  private readonly observers = new Set<StreamObserver>();
  private state: StreamState = 'idle';
  private isDown = false;
  private lastReason: Notice | undefined;

  constructor(
    readonly id: number,
    readonly description: StreamDescription,
    private readonly clock: Clock,
  ) {}

  get name(): string {
    return this.description.name;
  }

  get subscriberCount(): number {
    return this.subscribers.size;
  }

  /** The stream as clients see it. */
  info(): StreamInfo {
    return { id: this.id, ...this.description, state: this.state };
  }

  /** Why the stream is in the state it is in, where there is something to say. */
  get reason(): Notice | undefined {
    return this.lastReason;
  }

  /** Publishes a frame; `sequence` must be greater than every one published or dropped before. */
  publish(frame: EncodedFrame): void {
    const published = this.toPublished(frame);
    this.counters.published += 1;
    this.counters.publishedBytes += frame.jpeg.length;
    for (const subscriber of this.subscribers) subscriber.offer(published);
  }

  /** Notes that the frames `first` to `last` were dropped on purpose, so that subscribers do not count them as lost. */
  drop(first: number, last: number): void {
    this.counters.dropped += last - first + 1;
    for (const subscriber of this.subscribers) subscriber.noteDropped(first, last);
  }

  subscribe(subscriber: Subscriber): void {
    this.subscribers.add(subscriber);
    if (this.subscribers.size === 1) for (const observer of [...this.observers]) observer.onDemand?.(true);
  }

  unsubscribe(subscriber: Subscriber): void {
    if (!this.subscribers.delete(subscriber)) return;
    if (this.subscribers.size === 0) for (const observer of [...this.observers]) observer.onDemand?.(false);
  }

  /** Watches the stream until the returned function is called. */
  observe(observer: StreamObserver): () => void {
    this.observers.add(observer);
    return () => this.observers.delete(observer);
  }

  /** Moves the stream to `state` and tells those who watch it; nothing happens when neither state nor reason is new. */
  setState(state: StreamState, reason?: Notice): void {
    if (state === this.state && reason?.message === this.lastReason?.message) return;
    const event = this.eventOf(state);
    this.state = state;
    this.lastReason = reason;
    const change: StreamChange = { event, stream: this.info(), ...(reason && { reason }) };
    for (const observer of [...this.observers]) observer.onChange?.(change);
  }

  private toPublished(frame: EncodedFrame): PublishedFrame {
    const { captureTimeUs } = frame;
    const header = {
      streamId: this.id,
      format: FrameFormat.JPEG,
      timeSource: this.description.timeSource,
      sequence: frame.sequence,
      captureTimeUs,
      decodedOffsetUs: Math.max(0, frame.decodedTimeUs - captureTimeUs),
      encodeStartOffsetUs: Math.max(0, frame.encodeStartTimeUs - captureTimeUs),
      encodedOffsetUs: Math.max(0, frame.encodedTimeUs - captureTimeUs),
      publishedOffsetUs: Math.max(0, this.clock.nowUs() - captureTimeUs),
      clockErrorUs: frame.clockErrorUs,
      width: frame.width,
      height: frame.height,
    };
    return { header, packetHeader: encodeFrameHeader(header, frame.jpeg.length), jpeg: frame.jpeg };
  }

  /** A broken source is up again when its frames come, not while it is tried or nobody looks. */
  private eventOf(state: StreamState): StreamChange['event'] {
    if (state === 'ended') return 'ended';
    if (state === 'offline') {
      this.isDown = true;
      return 'down';
    }
    if (state !== 'live' || !this.isDown) return 'changed';
    this.isDown = false;
    return 'up';
  }
}
