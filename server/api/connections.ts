import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Connections beyond the limit that are still taken, to be told why they are refused; the oldest of them gives way. */
const REFUSED_AT_ONCE = 64;

/**
 * All TCP connections of an HTTP server: how many there may be, what they are at, and their end. Those on which nobody
 * was let in yet give way at the limit, the oldest first, and may hold no more than half of the places from one address:
 * silence must not lock others out. Under TLS a request has another socket than its connection, so they are found by
 * their addresses and ports.
 */
export class Connections {
  private readonly sockets = new Map<string, Socket>();
  /** Those that are too many. */
  private readonly surplus = new Map<string, Socket>();
  /** Those within the limit on which nobody was let in yet. */
  private readonly strangers = new Map<string, Socket>();
  /** The answer being given on a connection, or the last one that was; where several requests came, that to the newest. */
  private readonly answers = new WeakMap<Socket, ServerResponse>();
  private readonly maxStrangersOfAddress: number;

  constructor(
    server: Server,
    private readonly maxConnections: number,
  ) {
    this.maxStrangersOfAddress = Math.ceil(maxConnections / 2);
    // Those that give way are counted until they are closed, a moment later.
    server.maxConnections = maxConnections + 2 * REFUSED_AT_ONCE;
    server.on('connection', (socket: Socket) => this.onConnection(socket));
    for (const event of ['request', 'checkExpectation']) {
      server.prependListener(event, ({ socket }: IncomingMessage, response: ServerResponse) =>
        this.answers.set(socket, response),
      );
    }
  }

  get count(): number {
    return this.sockets.size;
  }

  /** Whether a request came on a connection that is one too many. */
  isSurplus(socket: Socket): boolean {
    return this.surplus.has(endsOf(socket));
  }

  /** Whether a request is being answered: its answer is made, waited for, or on its way. */
  isBusy(socket: Socket): boolean {
    const answer = this.answers.get(socket);
    // All of it can be written a moment before it lets go of the connection.
    return answer !== undefined && (!answer.writableFinished || answer.socket !== null);
  }

  /** Whether the request that is being read was answered, in part at least, so that it must get no other answer. */
  isAnswered(socket: Socket): boolean {
    const answer = this.answers.get(socket);
    if (answer === undefined) return false;
    // One that waits for its turn has no socket: what is written now would end up in the answer before it.
    const isWaiting = !answer.writableFinished && answer.socket === null;
    return isWaiting || (answer.headersSent && !(answer.writableFinished && answer.req.complete));
  }

  /** Lets a connection keep its place: somebody on it may watch, or a transport looks after it. */
  letIn(socket: Socket): void {
    this.strangers.delete(endsOf(socket));
  }

  /** The TCP connection below a TLS connection. */
  below(socket: Socket): Socket | undefined {
    return this.sockets.get(endsOf(socket));
  }

  /** Ends all connections, whatever they are at. */
  destroyAll(): void {
    for (const socket of this.sockets.values()) socket.destroy();
  }

  private onConnection(socket: Socket): void {
    const ends = endsOf(socket);
    this.makeRoom(socket.remoteAddress);
    const isSurplus = this.sockets.size - this.surplus.size >= this.maxConnections;
    if (isSurplus && this.surplus.size >= REFUSED_AT_ONCE) this.cutFirst(this.surplus);
    this.sockets.set(ends, socket);
    (isSurplus ? this.surplus : this.strangers).set(ends, socket);
    socket.once('close', () => this.forget(ends, socket));
  }

  private makeRoom(address: string | undefined): void {
    const neighbours = [...this.strangers].filter(([, { remoteAddress }]) => remoteAddress === address);
    if (neighbours.length >= this.maxStrangersOfAddress) this.cutFirst(neighbours);
    else if (this.sockets.size - this.surplus.size >= this.maxConnections) this.cutFirst(this.strangers);
  }

  /** A map keeps the order of insertion, so the first is the oldest. */
  private cutFirst(connections: Iterable<[string, Socket]>): void {
    for (const [ends, socket] of connections) {
      this.forget(ends, socket);
      socket.destroy();
      return;
    }
  }

  private forget(ends: string, socket: Socket): void {
    // Both ends can be in use again before the old connection is closed here.
    if (this.sockets.get(ends) !== socket) return;
    for (const connections of [this.sockets, this.surplus, this.strangers]) connections.delete(ends);
  }
}

/** Both, since one peer may use a port of its own towards several addresses of this machine. */
function endsOf({ remoteAddress, remotePort, localAddress, localPort }: Socket): string {
  return `${remoteAddress ?? 'unknown'}:${remotePort ?? 0} ${localAddress ?? 'unknown'}:${localPort ?? 0}`;
}
