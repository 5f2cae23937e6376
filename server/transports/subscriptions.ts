import { encodeCredit, encodeSkipped } from '../../shared/protocol/codec.js';
import { StreamerError } from '../../shared/errors.js';
import type { Subscription } from '../../shared/protocol/messages.js';
import type { ClientStream } from '../clients.js';
import type { ByteBudget } from '../hub/byte-budget.js';
import type { Hub } from '../hub/hub.js';
import type { HubStream } from '../hub/stream.js';
import { Subscriber } from '../hub/subscriber.js';
import type { FrameSink } from '../hub/subscriber.js';
import type { Channel } from './channel.js';

/** In a HELLO, stands for every stream, those that appear later too. */
const EVERY_STREAM = '*';

/** What one client is subscribed to, and the credit it gives back. */
export class Subscriptions {
  private readonly subscribers = new Map<number, { stream: HubStream; subscriber: Subscriber }>();
  private readonly wanted: ReadonlyMap<HubStream, Subscription>;
  private readonly wildcard: Subscription | undefined;
  private readonly byName: ReadonlyMap<string, Subscription>;
  private readonly removedIds = new Set<number>();
  private roundTripUs = Infinity;

  /**
   * Looks up what is asked for, without subscribing yet.
   *
   * @param budget what the client may be sent over all its streams; null sets no limit
   * @param onTooFarBehind called when the client's policy allows no gap and it fell too far behind
   * @throws {StreamerError} UNKNOWN_STREAM
   */
  constructor(
    asked: readonly Subscription[],
    private readonly hub: Hub,
    private readonly channel: Channel,
    private readonly budget: ByteBudget | null,
    private readonly onTooFarBehind: (bytesBehind: number) => void,
  ) {
    this.wildcard = asked.find((subscription) => subscription.stream === EVERY_STREAM);
    this.wanted = resolve(asked, hub);
    this.byName = new Map([...this.wanted].map(([stream, subscription]) => [stream.name, subscription]));
  }

  /** Ids of the streams whose frames will come. */
  get streamIds(): readonly number[] {
    return [...this.wanted.keys()].map((stream) => stream.id);
  }

  /** What is watched now, with what was sent of it. */
  list(): readonly ClientStream[] {
    return [...this.subscribers.values()].map(({ stream, subscriber }) => ({
      stream: stream.name,
      counters: subscriber.counters,
    }));
  }

  /** Subscribes to all that was asked for; frames may come from now on. */
  begin(): void {
    for (const [stream, subscription] of this.wanted) this.add(stream, subscription);
  }

  /** Subscribes to a stream that appeared later, when every stream was asked for, or one of that name. */
  onAppeared(streamId: number): void {
    const stream = this.hub.byId(streamId);
    const subscription = stream && (this.byName.get(stream.name) ?? this.wildcard);
    if (subscription && !this.subscribers.has(streamId)) this.add(stream, subscription);
  }

  /** Forgets a stream that was taken away. */
  onRemoved(streamId: number): void {
    const removed = this.subscribers.get(streamId);
    if (!removed) return;
    this.subscribers.delete(streamId);
    this.removedIds.add(streamId);
    removed.stream.unsubscribe(removed.subscriber);
  }

  /**
   * Passes an acknowledgement on; false when it names a stream or frame that was never sent. One that was on its way
   * when its stream was taken away means nothing any more.
   */
  acknowledge(streamId: number, sequence: number): boolean {
    const subscriber = this.subscribers.get(streamId)?.subscriber;
    return subscriber ? subscriber.acknowledge(sequence) : this.removedIds.has(streamId);
  }

  /** Notes a measured round trip to the client; the smallest one counts. */
  onRoundTrip(roundTripUs: number): void {
    if (roundTripUs >= this.roundTripUs) return;
    this.roundTripUs = roundTripUs;
    for (const { subscriber } of this.subscribers.values()) subscriber.setRoundTripUs(roundTripUs);
  }

  /** Sends what waits, as far as there is credit. */
  pump(): void {
    for (const { subscriber } of this.subscribers.values()) subscriber.pump();
  }

  end(): void {
    for (const { stream, subscriber } of this.subscribers.values()) stream.unsubscribe(subscriber);
    this.subscribers.clear();
  }

  private add(stream: HubStream, { policy = stream.options.policy, maxFps }: Subscription): void {
    const { fps } = stream.description;
    const { budget } = this;
    const sink = this.sinkFor(stream.id);
    const subscriber = new Subscriber({ policy, maxFps: maxFps ?? null, fps, sink, fixedWindow: null, budget });
    if (Number.isFinite(this.roundTripUs)) subscriber.setRoundTripUs(this.roundTripUs);
    this.subscribers.set(stream.id, { stream, subscriber });
    this.removedIds.delete(stream.id);
    stream.subscribe(subscriber, subscriber.keptFrames);
  }

  private sinkFor(streamId: number): FrameSink {
    return {
      sendFrame: (frame, skipped) => {
        const before = skipped.length === 0 ? NOTHING : skipped.map((r) => encodeSkipped(streamId, r.first, r.last));
        this.channel.sendFrame(frame, before);
      },
      sendCredit: (ackEvery) => this.channel.send(encodeCredit(streamId, ackEvery)),
      backlogBytes: () => this.channel.backlogBytes(),
      tooFarBehind: (bytesBehind) => this.onTooFarBehind(bytesBehind),
    };
  }
}

const NOTHING: readonly Buffer[] = [];

/** The streams asked for; a stream named twice is taken as the first one says, and a name before a wildcard. */
function resolve(asked: readonly Subscription[], hub: Hub): Map<HubStream, Subscription> {
  const wanted = new Map<HubStream, Subscription>();
  const byName = asked.filter((subscription) => subscription.stream !== EVERY_STREAM);
  for (const subscription of byName) {
    const stream = find(subscription.stream, hub);
    if (!wanted.has(stream)) wanted.set(stream, subscription);
  }
  const wildcard = asked.find((subscription) => subscription.stream === EVERY_STREAM);
  if (wildcard) for (const stream of hub.list()) if (!wanted.has(stream)) wanted.set(stream, wildcard);
  return wanted;
}

function find(name: string | undefined, hub: Hub): HubStream {
  const stream = name === undefined ? hub.list()[0] : hub.byName(name);
  if (stream) return stream;
  const names = hub.list().map((known) => known.name);
  const offered = names.length === 0 ? 'there are none' : `there are ${names.slice(0, 20).join(', ')}`;
  throw new StreamerError('UNKNOWN_STREAM', `There is no stream ${name ?? 'at all'}; ${offered}.`);
}
