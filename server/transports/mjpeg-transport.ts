import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { StreamerError } from '../../shared/errors.js';
import { clientBudget } from '../hub/byte-budget.js';
import type { HubStream } from '../hub/stream.js';
import type { ClientRecord } from '../clients.js';
import { KernelQueueWatch } from './kernel-queue-watch.js';
import { MjpegConnection, answerHead } from './mjpeg-connection.js';
import type { SessionContext } from './protocol-session.js';

/** What a viewer asked for. */
export interface MjpegRequest {
  readonly maxFps: number | null;
  /** Address and port of the viewer, which may be behind a proxy. */
  readonly peer: string;
}

/**
 * Streams over HTTP as every browser and player takes them, `multipart/x-mixed-replace`. Viewers cannot acknowledge, so
 * frames are left out for one that lags as far as that shows in the kernel's send queue.
 */
export class MjpegTransport {
  private readonly connections = new Map<
    MjpegConnection,
    { readonly streamId: number; readonly gone: Promise<void> }
  >();
  private readonly watch: KernelQueueWatch;
  private readonly stopWatching: () => void;
  private isClosed = false;

  constructor(private readonly context: Omit<SessionContext, 'checkToken' | 'transport'>) {
    this.watch = new KernelQueueWatch(context.clock);
    this.stopWatching = context.hub.onChange(({ event, stream }) => {
      if (event === 'removed' || event === 'ended') this.endAll(stream.id);
    });
  }

  /**
   * Answers a GET request with the stream, or a HEAD request. The response is then the transport's until the connection
   * ends; what the response has as headers goes out as well.
   *
   * @throws {StreamerError} SERVER_FULL, SERVER_CLOSING, NO_FRAME when the stream has ended, BAD_REQUEST; nothing was
   * written then.
   */
  serve(request: IncomingMessage, response: ServerResponse, stream: HubStream, { maxFps, peer }: MjpegRequest): void {
    if (this.isClosed) throw new StreamerError('SERVER_CLOSING', 'The server shuts down.');
    if (stream.info().state === 'ended') {
      throw new StreamerError('NO_FRAME', `The stream ${stream.name} has come to its end; watch another one.`);
    }
    if (request.method === 'HEAD') return answerHead(response);
    const { clock, maxClientBytesPerSecond } = this.context;
    const budget = clientBudget(maxClientBytesPerSecond, clock);
    const connection = new MjpegConnection(request, response, { fps: stream.description.fps, maxFps, budget });
    const record = this.admit(connection, stream, peer);
    const gone = new Promise<void>((resolve) => {
      connection.begin(() => {
        this.remove(connection, stream, record);
        resolve();
      });
    });
    this.connections.set(connection, { streamId: stream.id, gone });
    this.watch.add(connection.peer);
    // One who joins while the source is down must not take its last picture for the present.
    stream.subscribe(connection.peer.subscriber, stream.info().state === 'offline' ? 0 : 1);
  }

  /** Ends all streams; resolves when every connection is gone. */
  async close(): Promise<void> {
    this.isClosed = true;
    this.stopWatching();
    this.watch.close();
    const all = [...this.connections].map(([connection, { gone }]) => {
      connection.end();
      return gone;
    });
    await Promise.all(all);
  }

  private admit(connection: MjpegConnection, stream: HubStream, peer: string): ClientRecord {
    const { clients, clock, logger } = this.context;
    const record: ClientRecord = {
      ...{ id: randomUUID(), name: connection.name, peer, transport: 'mjpeg', connectedAtUs: clock.nowUs() },
      streams: () => [{ stream: stream.name, counters: connection.peer.subscriber.counters }],
      disconnect: () => connection.end(),
    };
    if (!clients.admit(record))
      throw new StreamerError(
        'SERVER_FULL',
        'The server has all the clients it allows (--max-clients); try again later.',
      );
    const { name } = connection;
    logger.info({ peer, transport: 'mjpeg', client: name, clients: clients.count }, 'client connected');
    return record;
  }

  private remove(connection: MjpegConnection, stream: HubStream, record: ClientRecord): void {
    this.connections.delete(connection);
    this.watch.delete(connection.peer);
    stream.unsubscribe(connection.peer.subscriber);
    this.context.clients.remove(record);
    this.context.logger.info({ peer: record.peer, transport: 'mjpeg' }, 'client gone');
  }

  private endAll(streamId: number): void {
    for (const [connection, served] of this.connections) if (served.streamId === streamId) connection.end();
  }
}
