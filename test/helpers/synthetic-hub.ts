import type { Socket } from 'node:net';
import { ClientRegistry } from '../../server/clients.js';
import { Hub } from '../../server/hub/hub.js';
import type { Clock } from '../../shared/clock.js';
import { SystemClock } from '../../shared/clock.js';
import type { SyntheticStreamOptions } from './synthetic-stream.js';
import { SyntheticStream } from './synthetic-stream.js';

/** What a server without video is like, whatever it serves by. */
export interface SyntheticHubOptions extends SyntheticStreamOptions {
  readonly clock?: Clock;
  readonly maxClients?: number;
  /** Names of the streams there are from the start; `cam` alone by default. */
  readonly streams?: readonly string[];
}

/**
 * The real hub and registry with streams whose frames the test publishes one by one, so that their content and number are
 * known exactly; and the connections of those who get them.
 */
export class SyntheticHub {
  readonly hub: Hub;
  readonly clients: ClientRegistry;
  readonly streams: SyntheticStream[] = [];
  /** The server's ends of all connections that are open. */
  readonly sockets = new Set<Socket>();
  protected readonly clock: Clock;

  protected constructor(private readonly streamOptions: SyntheticHubOptions) {
    const { clock = new SystemClock(), maxClients = 1000, streams = ['cam'] } = streamOptions;
    this.clock = clock;
    this.hub = new Hub(clock);
    this.clients = new ClientRegistry(maxClients);
    for (const name of streams) this.addStream(name);
  }

  /** The first stream. */
  get stream(): SyntheticStream {
    return this.streams[0]!;
  }

  /** Adds a stream while the server runs; clients are told. */
  addStream(name: string): SyntheticStream {
    const stream = new SyntheticStream(this.hub, name, this.clock, this.streamOptions);
    this.streams.push(stream);
    return stream;
  }

  /** Bytes that this process holds in the sockets of the clients, for the one that has most. */
  get greatestBacklogBytes(): number {
    return Math.max(0, ...[...this.sockets].map((socket) => socket.writableLength));
  }

  /** Counts a connection as open until it closes. */
  protected readonly watch = (socket: Socket): void => {
    this.sockets.add(socket);
    socket.once('close', () => this.sockets.delete(socket));
  };
}
