import { randomUUID } from 'node:crypto';
import type { Server, Socket } from 'node:net';
import type { CancelTimer } from '../../shared/clock.js';
import { RepeatLimiter } from '../../shared/repeat-limiter.js';
import type { HubStream } from '../hub/stream.js';
import { ClassicConnection } from './classic-connection.js';
import { readKernelQueues } from './kernel-queue.js';
import type { SessionContext } from './protocol-session.js';
import { listenTcp, portOf } from './tcp-listener.js';

/** How often the kernel's queues are read: rarely while all keep up, often while somebody lags. */
const CALM_POLL_US = 250_000;
const LAG_POLL_US = 50_000;

/**
 * The classic wire: for every frame of the server's first stream a length, a time and a JPEG; no handshake, nothing is
 * read. Frames are left out for a client that lags, as far as that shows in the kernel's send queue.
 */
export class ClassicTransport {
  private server: Server | null = null;
  private readonly connections = new Map<ClassicConnection, { readonly socket: Socket; readonly stream: HubStream }>();
  private cancelPoll: CancelTimer | null = null;
  private canPoll = true;
  private readonly refusals: RepeatLimiter;

  private readonly stopWatching: () => void;

  constructor(private readonly context: Omit<SessionContext, 'checkToken'>) {
    this.refusals = new RepeatLimiter(context.clock);
    this.stopWatching = context.hub.onChange(({ event, stream }) => {
      if (event === 'removed') this.disconnectAll(stream.id);
    });
  }

  /**
   * Starts to listen; returns the port.
   *
   * @throws {StreamerError} PORT_IN_USE or LISTEN_FAILED.
   */
  async listen(host: string, port: number): Promise<number> {
    this.server = await listenTcp(host, port, (socket) => this.onSocket(socket));
    return portOf(this.server);
  }

  /** Closes every connection; resolves when all are gone. */
  async close(): Promise<void> {
    this.stopWatching();
    this.cancelPoll?.();
    this.canPoll = false;
    const { server } = this;
    const closed = server && new Promise<void>((resolve) => server.close(() => resolve()));
    for (const { socket } of this.connections.values()) socket.destroy();
    await closed;
  }

  private disconnectAll(streamId: number): void {
    for (const { socket, stream } of this.connections.values()) if (stream.id === streamId) socket.destroy();
  }

  private onSocket(socket: Socket): void {
    const { hub, clients, clock, logger, transport } = this.context;
    const peer = `${socket.remoteAddress ?? 'unknown'}:${socket.remotePort ?? 0}`;
    socket.on('error', (error) => logger.debug({ err: error, peer }, 'connection error'));
    const stream = hub.list()[0];
    // There is no way to tell this client anything but by closing.
    if (!stream) return void socket.destroy();
    const connection = new ClassicConnection(socket, stream.description.fps);
    const record = {
      ...{ id: randomUUID(), name: 'classic', peer, transport, connectedAtUs: clock.nowUs() },
      streams: () => [{ stream: stream.name, counters: connection.subscriber.counters }],
      disconnect: () => void socket.destroy(),
    };
    if (!clients.admit(record)) {
      const code = 'SERVER_FULL';
      this.refusals.run(code, (suppressed) => logger.warn({ peer, code, suppressed }, 'client refused'));
      socket.destroy();
      return;
    }
    logger.info({ peer, transport, clients: clients.count }, 'client connected');
    this.connections.set(connection, { socket, stream });
    // What a client sends means nothing, but unread it would hide that the client has gone.
    socket.resume();
    socket.on('close', () => {
      this.connections.delete(connection);
      stream.unsubscribe(connection.subscriber);
      clients.remove(record);
      logger.info({ peer, transport }, 'client gone');
    });
    stream.subscribe(connection.subscriber);
    if (this.connections.size === 1) this.schedulePoll();
  }

  private schedulePoll(): void {
    if (!this.canPoll || this.connections.size === 0) return;
    const lagging = [...this.connections.keys()].some((connection) => connection.isLagging);
    this.cancelPoll?.();
    this.cancelPoll = this.context.clock.schedule(lagging ? LAG_POLL_US : CALM_POLL_US, () => void this.poll());
  }

  private async poll(): Promise<void> {
    const queues = this.server && (await readKernelQueues(portOf(this.server)));
    // Where the tables cannot be read, or no longer, nobody may stay held back by what was last read in them.
    if (!queues) this.canPoll = false;
    for (const connection of this.connections.keys()) connection.onKernelQueue(queues?.get(connection.key) ?? 0);
    this.schedulePoll();
  }
}
