import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import { RepeatLimiter } from '../../shared/repeat-limiter.js';
import { clientBudget } from '../hub/byte-budget.js';
import type { HubStream } from '../hub/stream.js';
import { writeClassicFrame } from './classic-frame.js';
import { KernelQueueWatch } from './kernel-queue-watch.js';
import type { SessionContext } from './protocol-session.js';
import { listenTcp } from './tcp-listener.js';
import type { TcpListener } from './tcp-listener.js';
import { UnacknowledgedPeer } from './unacknowledged-peer.js';

/**
 * The classic wire: for every frame of the server's first stream a length, a time and a JPEG; no handshake, nothing is
 * read. Frames are left out for a client that lags, as far as that shows in the kernel's send queue.
 */
export class ClassicTransport {
  private listener: TcpListener | null = null;
  private readonly connections = new Map<Socket, HubStream>();
  private readonly watch: KernelQueueWatch;
  private readonly refusals: RepeatLimiter;
  private readonly stopWatching: () => void;

  constructor(private readonly context: Omit<SessionContext, 'checkToken'>) {
    this.refusals = new RepeatLimiter(context.clock);
    this.watch = new KernelQueueWatch(context.clock);
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
    this.listener = await listenTcp(host, port, (socket) => this.onSocket(socket));
    return this.listener.port;
  }

  /** Closes every connection; resolves when all are gone. */
  async close(): Promise<void> {
    this.stopWatching();
    this.watch.close();
    const closed = this.listener?.close();
    for (const socket of this.connections.keys()) socket.destroy();
    await closed;
  }

  private disconnectAll(streamId: number): void {
    for (const [socket, stream] of this.connections) if (stream.id === streamId) socket.destroy();
  }

  private onSocket(socket: Socket): void {
    const { hub, clients, clock, logger, transport } = this.context;
    const peer = `${socket.remoteAddress ?? 'unknown'}:${socket.remotePort ?? 0}`;
    socket.on('error', (error) => logger.debug({ err: error, peer }, 'connection error'));
    const stream = hub.list()[0];
    // There is no way to tell this client anything but by closing.
    if (!stream) return void socket.destroy();
    const { fps } = stream.description;
    const budget = clientBudget(this.context.maxClientBytesPerSecond, clock);
    const client = new UnacknowledgedPeer(socket, { fps, maxFps: null, budget, writeFrame: writeClassicFrame });
    const record = {
      ...{ id: randomUUID(), name: 'classic', peer, transport, connectedAtUs: clock.nowUs() },
      streams: () => [{ stream: stream.name, counters: client.subscriber.counters }],
      disconnect: () => void socket.destroy(),
    };
    if (!clients.admit(record)) {
      const code = 'SERVER_FULL';
      this.refusals.run(code, (suppressed) => logger.warn({ peer, code, suppressed }, 'client refused'));
      socket.destroy();
      return;
    }
    logger.info({ peer, transport, clients: clients.count }, 'client connected');
    this.connections.set(socket, stream);
    this.watch.add(client);
    // What a client sends means nothing, but unread it would hide that the client has gone.
    socket.resume();
    socket.on('close', () => {
      this.connections.delete(socket);
      this.watch.delete(client);
      stream.unsubscribe(client.subscriber);
      clients.remove(record);
      logger.info({ peer, transport }, 'client gone');
    });
    stream.subscribe(client.subscriber);
  }
}
