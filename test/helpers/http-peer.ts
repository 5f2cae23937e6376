import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';

/** A request as it came over the wire. */
export interface PeerRequest {
  readonly path: string;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  /** Number of the connection, from 1. */
  readonly connection: number;
  readonly socket: Socket;
}

/** An HTTP server whose answers are written byte for byte, for what no proper server would send. */
export class HttpPeer {
  readonly requests: PeerRequest[] = [];
  private readonly sockets = new Set<Socket>();
  private connections = 0;

  private constructor(private readonly server: Server) {}

  /** @param answer is called for each request; null leaves every connection without a word */
  static async start(answer: ((request: PeerRequest, peer: HttpPeer) => void) | null): Promise<HttpPeer> {
    const server = createServer();
    const peer = new HttpPeer(server);
    server.on('connection', (socket) => peer.accept(socket, answer));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return peer;
  }

  get port(): number {
    return (this.server.address() as { port: number }).port;
  }

  get open(): number {
    return this.sockets.size;
  }

  get total(): number {
    return this.connections;
  }

  /** @param credentials as they stand in a URL, such as `user:password` */
  url(path = '/', credentials?: string): string {
    return `http://${credentials === undefined ? '' : `${credentials}@`}127.0.0.1:${this.port}${path}`;
  }

  /** Values of a header in all requests so far. */
  sent(name: string): (string | undefined)[] {
    return this.requests.map(({ headers }) => headers.get(name));
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }

  private accept(socket: Socket, answer: ((request: PeerRequest, peer: HttpPeer) => void) | null): void {
    this.connections += 1;
    const connection = this.connections;
    this.sockets.add(socket);
    socket.once('close', () => this.sockets.delete(socket));
    // Whoever goes away in the middle is what the tests are about.
    socket.on('error', () => undefined);
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      for (let end = text.indexOf('\r\n\r\n'); end !== -1; end = text.indexOf('\r\n\r\n')) {
        const request = { ...requestOf(text.slice(0, end)), connection, socket };
        text = text.slice(end + 4);
        this.requests.push(request);
        answer?.(request, this);
      }
    });
  }
}

/** The bytes of an answer; its length is told unless `headers` do it. */
export function answerOf(status: string, headers: readonly string[] = [], body: Buffer | string = ''): Buffer {
  const bytes = Buffer.from(body as string);
  const length = headers.some((each) => /^(content-length|transfer-encoding|connection: close)/i.test(each));
  const lines = [`HTTP/1.1 ${status}`, ...headers, ...(length ? [] : [`Content-Length: ${bytes.length}`]), '', ''];
  return Buffer.concat([Buffer.from(lines.join('\r\n'), 'latin1'), bytes]);
}

function requestOf(head: string): Pick<PeerRequest, 'path' | 'headers'> {
  const [first = '', ...lines] = head.split('\r\n');
  const pairs = lines.map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
  });
  return { path: first.split(' ')[1] ?? '', headers: new Map(pairs) };
}
