import { encodeFrameHeader } from '../../shared/protocol/codec.js';
import type { Clock } from '../../shared/clock.js';
import { FrameFormat } from '../../shared/protocol/messages.js';
import type {
  Notice,
  Policy,
  StreamChange,
  StreamEncoding,
  StreamInfo,
  StreamState,
  TimeSource,
} from '../../shared/protocol/messages.js';
import type { EncodedFrame, PublishedFrame } from './frame.js';
import { PacketTap } from './packet-tap.js';
import { RecentFrames } from './recent-frames.js';
import type { Subscriber } from './subscriber.js';

/** What is known of a stream's frames; a live source that was not reached yet has width, height and fps 0. */
export interface StreamDescription {
  readonly width: number;
  readonly height: number;
  readonly fps: number;
  readonly timeSource: TimeSource;
  /** When sequence 0 was due, in microseconds since the epoch. */
  readonly startTimeUs: number;
  readonly encoding: StreamEncoding;
}

/** How a stream serves those who watch it. */
export interface StreamOptions {
  /** Frames kept for those who join late. */
  readonly frameBuffer: number;
  /** For clients that ask for none. */
  readonly policy: Policy;
}

/** What a stream tells those who watch it; called synchronously, must not throw. */
export interface StreamObserver {
  /** The first came who needs the source, a subscriber or a holder (true), or the last one left (false). */
  onDemand?(wanted: boolean): void;
  onChange?(change: StreamChange): void;
  /** A frame was published. */
  onFrame?(frame: PublishedFrame): void;
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
  /** The video as its source coded it, where somebody asked for that. */
  readonly packets = new PacketTap();
  /** Those who need the source to run, but not its frames. */
  private readonly holders = new Set<object>();
  private readonly subscribers = new Set<Subscriber>();
  private readonly observers = new Set<StreamObserver>();
  private recent: RecentFrames;
  /** The number that the next frame may have at least. */
  private next = 0;
  private state: StreamState = 'idle';
  private isDown = false;
  private lastReason: Notice | undefined;

  constructor(
    readonly id: number,
    readonly name: string,
    private settings: StreamOptions,
    private facts: StreamDescription,
    private readonly clock: Clock,
  ) {
    this.recent = new RecentFrames(settings.frameBuffer);
  }

  get options(): StreamOptions {
    return this.settings;
  }

  get description(): StreamDescription {
    return this.facts;
  }

  /** One more than the number of the last frame that was published or dropped. */
  get nextSequence(): number {
    return this.next;
  }

  /** The newest frame, while the source runs; undefined when there is none. */
  get newestFrame(): PublishedFrame | undefined {
    return this.recent.newest;
  }

  get subscriberCount(): number {
    return this.subscribers.size;
  }

  /** Whether the source is to run. */
  get isWanted(): boolean {
    return this.subscribers.size + this.holders.size > 0;
  }

  /** Whether the source runs for the sake of `packets` alone, so that a frame would be made for nobody. */
  get isHeldOnly(): boolean {
    return this.subscribers.size === 0 && this.holders.size > 0;
  }

  /** The stream as clients see it. */
  info(): StreamInfo {
    return { id: this.id, name: this.name, ...this.facts, state: this.state };
  }

  /** Why the stream is in the state it is in, where there is something to say. */
  get reason(): Notice | undefined {
    return this.lastReason;
  }

  /** Publishes a frame; `sequence` must be greater than every one published or dropped before. */
  publish(frame: EncodedFrame): void {
    const published = this.toPublished(frame);
    this.next = frame.sequence + 1;
    this.counters.published += 1;
    this.counters.publishedBytes += frame.jpeg.length;
    this.recent.add(published);
    for (const subscriber of this.subscribers) subscriber.offer(published);
    for (const observer of this.observers) observer.onFrame?.(published);
  }

  /** Notes that the frames `first` to `last` were dropped on purpose, so that subscribers do not count them as lost. */
  drop(first: number, last: number): void {
    this.counters.dropped += last - first + 1;
    this.next = last + 1;
    for (const subscriber of this.subscribers) subscriber.noteDropped(first, last);
  }

  /** Adds a subscriber, which at once gets up to `keptFrames` of the frames kept for late joiners. */
  subscribe(subscriber: Subscriber, keptFrames = 0): void {
    const wasWanted = this.isWanted;
    this.subscribers.add(subscriber);
    for (const frame of this.recent.kept(keptFrames)) subscriber.offer(frame);
    this.tellDemand(wasWanted);
  }

  unsubscribe(subscriber: Subscriber): void {
    const wasWanted = this.isWanted;
    if (!this.subscribers.delete(subscriber)) return;
    subscriber.close();
    // No more frames are made, so these would grow old.
    if (this.isHeldOnly) this.recent.clear();
    this.tellDemand(wasWanted);
  }

  /** Keeps the source running until the returned function is called, without taking frames. */
  hold(): () => void {
    const wasWanted = this.isWanted;
    const holder = {};
    this.holders.add(holder);
    this.tellDemand(wasWanted);
    return () => {
      const isWanted = this.isWanted;
      if (this.holders.delete(holder)) this.tellDemand(isWanted);
    };
  }

  /** Watches the stream until the returned function is called. */
  observe(observer: StreamObserver): () => void {
    this.observers.add(observer);
    return () => this.observers.delete(observer);
  }

  /** Serves those who come from now on in another way; the frames kept until now are forgotten. */
  reconfigure(settings: StreamOptions): void {
    this.settings = settings;
    this.recent = new RecentFrames(settings.frameBuffer);
  }

  /** Notes what became known of the frames, or changed, and tells those who watch the stream. */
  describe(facts: StreamDescription): void {
    const before = this.facts;
    this.facts = facts;
    if (isSame(before, facts)) return;
    if (before.fps !== facts.fps) for (const subscriber of this.subscribers) subscriber.setStreamFps(facts.fps);
    this.announce('changed');
  }

  /** Says that the stream is gone; nothing may be published any more. */
  endAsRemoved(reason: Notice): void {
    this.state = 'ended';
    this.lastReason = reason;
    this.recent.clear();
    this.announce('removed');
  }

  /** Moves the stream to `state` and tells those who watch it; nothing happens when neither state nor reason is new. */
  setState(state: StreamState, reason?: Notice): void {
    if (state === this.state && reason?.message === this.lastReason?.message) return;
    const event = this.eventOf(state);
    this.state = state;
    this.lastReason = reason;
    // While nobody looks frames grow old here, and who joins then must not take one for the present.
    if (state === 'idle' || state === 'ended') this.recent.clear();
    this.announce(event);
  }

  private tellDemand(wasWanted: boolean): void {
    if (this.isWanted === wasWanted) return;
    for (const observer of [...this.observers]) observer.onDemand?.(!wasWanted);
  }

  private announce(event: StreamChange['event']): void {
    const change: StreamChange = { event, stream: this.info(), ...(this.lastReason && { reason: this.lastReason }) };
    for (const observer of [...this.observers]) observer.onChange?.(change);
  }

  private toPublished(frame: EncodedFrame): PublishedFrame {
    const { captureTimeUs } = frame;
    const header = {
      streamId: this.id,
      format: FrameFormat.JPEG,
      timeSource: frame.timeSource,
      sequence: frame.sequence,
      captureTimeUs,
      decodedOffsetUs: Math.max(0, frame.decodedTimeUs - captureTimeUs),
      processedOffsetUs: Math.max(0, frame.processedTimeUs - captureTimeUs),
      encodeStartOffsetUs: Math.max(0, frame.encodeStartTimeUs - captureTimeUs),
      encodedOffsetUs: Math.max(0, frame.encodedTimeUs - captureTimeUs),
      publishedOffsetUs: Math.max(0, this.clock.nowUs() - captureTimeUs),
      clockErrorUs: frame.clockErrorUs,
      width: frame.width,
      height: frame.height,
      flags: 0,
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
    if (!isConnected(state) || !this.isDown) return 'changed';
    this.isDown = false;
    return 'up';
  }
}

/** Whether frames come, or could: anything but waiting for a connection. */
function isConnected(state: StreamState): boolean {
  return !['idle', 'connecting', 'offline', 'ended'].includes(state);
}

function isSame(a: StreamDescription, b: StreamDescription): boolean {
  const isEncodingSame = a.encoding.mode === b.encoding.mode && a.encoding.reason === b.encoding.reason;
  const isSizeSame = a.width === b.width && a.height === b.height;
  return (
    isEncodingSame && isSizeSame && a.fps === b.fps && a.timeSource === b.timeSource && a.startTimeUs === b.startTimeUs
  );
}
