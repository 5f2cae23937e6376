import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Connections beyond the limit that are still taken, to be told why they are refused. */
const REFUSED_AT_ONCE = 64;

/** All TCP connections of an HTTP server: how many there may be, what they are at, and their end. */
export class Connections {
  private readonly sockets = new Set<Socket>();
  /** Peers of the connections that are too many. Under TLS a request has another socket than its connection. */
  private readonly surplus = new Set<string>();
  /** The answer being given on a connection, or the last one that was. */
  private readonly answers = new WeakMap<Socket, ServerResponse>();

  constructor(
    server: Server,
    private readonly maxConnections: number,
  ) {
    server.maxConnections = maxConnections + REFUSED_AT_ONCE;
    server.on('connection', (socket: Socket) => this.onConnection(socket));
    server.prependListener('request', (request, response) => void this.answers.set(request.socket, response));
  }

  get count(): number {
    return this.sockets.size;
  }

  /** Whether a request came on a connection that is one too many. */
  isSurplus(socket: Socket): boolean {
    return this.surplus.has(peerOf(socket));
  }

  /** Whether a request is being answered: its answer is made, waited for, or on its way. */
  isBusy(socket: Socket): boolean {
    const answer = this.answers.get(socket);
    return answer !== undefined && !answer.writableFinished;
  }

  /** Whether the request that is being read was answered, in part at least, so that it must get no other answer. */
  isAnswered(socket: Socket): boolean {
    const answer = this.answers.get(socket);
    return answer !== undefined && answer.headersSent && !(answer.writableFinished && answer.req.complete);
  }

  /** Ends all connections, whatever they are at. */
  destroyAll(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  private onConnection(socket: Socket): void {
    const peer = peerOf(socket);
    if (this.sockets.size >= this.maxConnections) this.surplus.add(peer);
    this.sockets.add(socket);
    socket.once('close', () => {
      this.sockets.delete(socket);
      this.surplus.delete(peer);
    });
  }
}

function peerOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress ?? 'unknown'}:${remotePort ?? 0}`;
}
