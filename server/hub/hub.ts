import type { Clock } from '../../shared/clock.js';
import type { StreamChange } from '../../shared/protocol/messages.js';
import { HubStream } from './stream.js';
import type { StreamDescription } from './stream.js';

/** Highest stream id: it travels as an unsigned 16-bit number. */
const MAX_STREAM_ID = 0xffff;

/** All streams of this server, in the order they were added; transports look them up and watch them here. */
export class Hub {
  private readonly streams = new Map<number, HubStream>();
  private readonly listeners = new Set<(change: StreamChange) => void>();
  private nextId = 1;

  constructor(private readonly clock: Clock) {}

  /** Adds a stream under the next free id. Throws RangeError when the name is taken or no id is left. */
  add(description: StreamDescription): HubStream {
    if (this.byName(description.name)) throw new RangeError(`a stream named ${description.name} exists already`);
    if (this.nextId > MAX_STREAM_ID) throw new RangeError('no stream id is left');
    const stream = new HubStream(this.nextId, description, this.clock);
    this.nextId += 1;
    this.streams.set(stream.id, stream);
    stream.observe({ onChange: (change) => this.announce(change) });
    this.announce({ event: 'appeared', stream: stream.info() });
    return stream;
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

  private announce(change: StreamChange): void {
    for (const listener of [...this.listeners]) listener(change);
  }
}
