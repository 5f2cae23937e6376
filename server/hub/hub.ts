import type { Clock } from '../../shared/clock.js';
import type { Notice, StreamChange } from '../../shared/protocol/messages.js';
import { HubStream } from './stream.js';
import type { StreamDescription, StreamOptions } from './stream.js';

/** Highest stream id: it travels as an unsigned 16-bit number. */
const MAX_STREAM_ID = 0xffff;

/** All streams of this server, in the order they were added; transports look them up and watch them here. */
export class Hub {
  private readonly streams = new Map<number, HubStream>();
  private readonly listeners = new Set<(change: StreamChange) => void>();
  private nextId = 1;

  constructor(private readonly clock: Clock) {}

  /** Adds a stream under the next free id. Throws RangeError when the name is taken or no id is left. */
  add(name: string, options: StreamOptions, description: StreamDescription): HubStream {
    if (this.byName(name)) throw new RangeError(`a stream named ${name} exists already`);
    const stream = new HubStream(this.claimId(), name, options, description, this.clock);
    this.streams.set(stream.id, stream);
    stream.observe({ onChange: (change) => this.announce(change) });
    this.announce({ event: 'appeared', stream: stream.info() });
    return stream;
  }

  /** Takes a stream away and tells everybody; its subscribers get no more frames. */
  remove(stream: HubStream, reason: Notice): void {
    if (this.streams.delete(stream.id)) stream.endAsRemoved(reason);
  }

  list(): readonly HubStream[] {
    return [...this.streams.values()];
  }

  byName(name: string): HubStream | undefined {
    for (const stream of this.streams.values()) if (stream.name === name) return stream;
    return undefined;
  }

  byId(id: number): HubStream | undefined {
    return this.streams.get(id);
  }

  /** Calls `listener` for every change of any stream until the returned function is called. */
  onChange(listener: (change: StreamChange) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Ids are used again only after all others, so that a client does not take a new stream for an old one. */
  private claimId(): number {
    for (let tries = 0; tries < MAX_STREAM_ID; tries += 1) {
      const id = this.nextId;
      this.nextId = id === MAX_STREAM_ID ? 1 : id + 1;
      if (!this.streams.has(id)) return id;
    }
    throw new RangeError('no stream id is left');
  }

  private announce(change: StreamChange): void {
    for (const listener of [...this.listeners]) listener(change);
  }
}
