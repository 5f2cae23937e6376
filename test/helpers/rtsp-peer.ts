import { once } from 'node:events';
import type { Server, Socket } from 'node:net';
import { createServer } from 'node:net';

/** A request as it came; header names in lower case. */
export interface RtspPeerRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly socket: Socket;
}

/** Head lines and a body; null leaves a request without an answer. */
export interface RtspPeerAnswer {
  readonly status?: string;
  readonly headers?: readonly string[];
  readonly body?: string;
}

/** A description of one H.264 track. */
export const SDP = [
  'v=0',
  'o=- 1 1 IN IP4 127.0.0.1',
  's=x',
  't=0 0',
  'm=video 0 RTP/AVP 96',
  'a=rtpmap:96 H264/90000',
  'a=framerate:25',
  'a=control:track1',
  '',
].join('\r\n');

const USUAL: Readonly<Record<string, RtspPeerAnswer>> = {
  OPTIONS: { headers: ['Public: DESCRIBE, SETUP, PLAY, GET_PARAMETER'] },
  DESCRIBE: { headers: ['Content-Type: application/sdp'], body: SDP },
  SETUP: { headers: ['Session: abc;timeout=20', 'Transport: RTP/AVP/TCP;unicast;interleaved=0-1'] },
};

/** An RTSP server whose answers can be anything; what is not chosen it answers as a good one does. */
export class RtspPeer {
  readonly requests: RtspPeerRequest[] = [];
  private readonly sockets = new Set<Socket>();

  private constructor(private readonly server: Server) {}

  /** @param onPlaying is called when PLAY was answered */
  static async start(
    answers: Readonly<
      Record<string, RtspPeerAnswer | null | ((request: RtspPeerRequest) => RtspPeerAnswer | null)>
    > = {},
    onPlaying: (socket: Socket) => void = () => undefined,
  ): Promise<RtspPeer> {
    const server = createServer();
    const peer = new RtspPeer(server);
    server.on('connection', (socket) => {
      peer.sockets.add(socket);
      socket.once('close', () => peer.sockets.delete(socket));
      // Whoever goes away in the middle is what the tests are about.
      socket.on('error', () => undefined);
      let text = '';
      socket.on('data', (chunk) => {
        text += chunk.toString('latin1');
        for (let end = text.indexOf('\r\n\r\n'); end !== -1; end = text.indexOf('\r\n\r\n')) {
          const request = requestOf(text.slice(0, end), socket);
          text = text.slice(end + 4);
          peer.requests.push(request);
          const chosen = request.method in answers ? answers[request.method] : USUAL[request.method];
          const answer = typeof chosen === 'function' ? chosen(request) : chosen === undefined ? {} : chosen;
          if (answer) socket.write(bytesOf(answer, request), 'latin1');
          if (answer && request.method === 'PLAY') onPlaying(socket);
        }
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return peer;
  }

  /** @param userInfo such as `user:password` */
  url(path = '/cam', userInfo?: string): string {
    const { port } = this.server.address() as { port: number };
    return `rtsp://${userInfo === undefined ? '' : `${userInfo}@`}127.0.0.1:${port}${path}`;
  }

  get methods(): string[] {
    return this.requests.map(({ method }) => method);
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }
}

function requestOf(head: string, socket: Socket): RtspPeerRequest {
  const [first = '', ...lines] = head.split('\r\n');
  const [method = '', url = ''] = first.split(' ');
  const pairs = lines.map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
  });
  return { method, url, headers: new Map(pairs), socket };
}

function bytesOf({ status = '200 OK', headers = [], body = '' }: RtspPeerAnswer, request: RtspPeerRequest): string {
  const length = body === '' ? [] : [`Content-Length: ${body.length}`];
  const cseq = `CSeq: ${request.headers.get('cseq') ?? ''}`;
  return [`RTSP/1.0 ${status}`, cseq, ...headers, ...length, '', body].join('\r\n');
}
