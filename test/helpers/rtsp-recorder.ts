import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { until } from './until.js';

/** A request that came, with its headers by their names in lower case. */
export interface RecordedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** A packet that came between the requests. */
export interface RecordedPacket {
  readonly channel: number;
  readonly data: Buffer;
}

/**
 * What to answer: a status with headers behind it, each after a line feed; null for nothing at all; undefined for what a
 * server answers that takes everything.
 */
export type Answer = (request: RecordedRequest, connection: RecordedConnection) => string | null | undefined;

/** One connection to a recorder, and all that came on it. */
export class RecordedConnection {
  readonly requests: RecordedRequest[] = [];
  readonly packets: RecordedPacket[] = [];
  isClosed = false;
  private rest = Buffer.alloc(0);

  constructor(
    readonly socket: Socket,
    private readonly answer: Answer,
  ) {
    socket.on('error', () => undefined);
    socket.on('close', () => (this.isClosed = true));
    socket.on('data', (chunk: Buffer) => {
      this.rest = Buffer.concat([this.rest, chunk]);
      while (this.take());
    });
  }

  get methods(): string[] {
    return this.requests.map(({ method }) => method);
  }

  /** Packets of RTP, and of RTCP, as the channels that were asked for tell them apart. */
  get rtp(): Buffer[] {
    return this.packets.filter(({ channel }) => channel === 0).map(({ data }) => data);
  }

  get rtcp(): Buffer[] {
    return this.packets.filter(({ channel }) => channel === 1).map(({ data }) => data);
  }

  /** Resolves with the first request of a method, or the `count`-th. */
  async request(method: string, count = 1): Promise<RecordedRequest> {
    const found = () => this.requests.filter((request) => request.method === method)[count - 1];
    await until(() => found() !== undefined);
    return found() as RecordedRequest;
  }

  private take(): boolean {
    const { rest } = this;
    if (rest[0] === 0x24) {
      const end = rest.length < 4 ? Infinity : 4 + rest.readUInt16BE(2);
      if (rest.length < end) return false;
      this.packets.push({ channel: rest[1] as number, data: rest.subarray(4, end) });
      this.rest = rest.subarray(end);
      return true;
    }
    const headEnd = rest.indexOf('\r\n\r\n');
    if (headEnd < 0) return false;
    const [first = '', ...lines] = rest.toString('latin1', 0, headEnd).split('\r\n');
    const headers = new Map(
      lines.map((line) => [line.split(': ')[0]?.toLowerCase() ?? '', line.replace(/^.*?: /, '')]),
    );
    const end = headEnd + 4 + Number(headers.get('content-length') ?? 0);
    if (rest.length < end) return false;
    this.rest = rest.subarray(end);
    const [method = '', url = ''] = first.split(' ');
    this.onMessage({ method, url, headers, body: rest.toString('latin1', headEnd + 4, end) });
    return true;
  }

  private onMessage(request: RecordedRequest): void {
    this.requests.push(request);
    // An answer to a request of the server's own.
    if (request.method.startsWith('RTSP/')) return;
    const answer = this.answer(request, this);
    if (answer === null) return;
    const lines = (answer ?? usualAnswer(request)).split('\n');
    this.socket.write(
      [`RTSP/1.0 ${lines[0]}`, `CSeq: ${request.headers.get('cseq')}`, ...lines.slice(1), '', ''].join('\r\n'),
    );
  }
}

/** An RTSP server that records what is published to it, and answers as the test says. */
export class RtspRecorder {
  readonly connections: RecordedConnection[] = [];

  private constructor(
    private readonly server: Server,
    private readonly scheme: string,
  ) {}

  static async start(
    answer: Answer = () => undefined,
    tls: { cert: string; key: string } | null = null,
  ): Promise<RtspRecorder> {
    const server = tls ? createTlsServer(tls) : createServer();
    const recorder = new RtspRecorder(server, tls ? 'rtsps' : 'rtsp');
    server.on('connection', (socket: Socket) => socket.on('error', () => undefined));
    server.on(tls ? 'secureConnection' : 'connection', (socket: Socket) => {
      recorder.connections.push(new RecordedConnection(socket, answer));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return recorder;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** The address of a path, with `user:password@` or without. */
  url(path = 'live', userInfo = ''): string {
    return `${this.scheme}://${userInfo}127.0.0.1:${this.port}/${path}`;
  }

  /** Resolves with the first connection, or the `count`-th. */
  async connection(count = 1): Promise<RecordedConnection> {
    await until(() => this.connections.length >= count);
    return this.connections[count - 1] as RecordedConnection;
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    for (const { socket } of this.connections) socket.destroy();
    await closed;
  }
}

function usualAnswer({ method, headers }: RecordedRequest): string {
  const session = method === 'SETUP' ? '\nSession: 12345678;timeout=60' : '';
  const transport = method === 'SETUP' ? `\nTransport: ${headers.get('transport')}` : '';
  return `200 OK${session}${transport}`;
}
