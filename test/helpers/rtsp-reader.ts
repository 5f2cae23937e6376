import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect } from 'node:net';

/** Plays the first track of an RTSP stream over TCP, and keeps the packets as they come. */
export class RtspReader {
  readonly rtp: Buffer[] = [];
  readonly rtcp: Buffer[] = [];
  private rest = Buffer.alloc(0);
  private cseq = 0;
  private onAnswer: (answer: { head: string; body: string }) => void = () => undefined;

  private constructor(private readonly socket: Socket) {
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      this.rest = Buffer.concat([this.rest, chunk]);
      while (this.take());
    });
  }

  /** @throws {Error} when the server does not let it play. */
  static async start(url: string): Promise<RtspReader> {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    const reader = new RtspReader(socket);
    await reader.play(url);
    return reader;
  }

  async stop(): Promise<void> {
    this.socket.destroy();
  }

  private async play(url: string): Promise<void> {
    const { head, body } = await this.ask('DESCRIBE', url);
    const base = /^Content-Base: (\S+)/im.exec(head)?.[1] ?? `${url}/`;
    const control = /^a=control:(\S+)/im.exec(body.slice(body.indexOf('m=')))?.[1] ?? '';
    const setup = await this.ask(
      'SETUP',
      new URL(control, base).href,
      'Transport: RTP/AVP/TCP;unicast;interleaved=0-1',
    );
    const session = /^Session: ([^;\r\n]+)/im.exec(setup.head)?.[1] ?? '';
    await this.ask('PLAY', base, `Session: ${session}`);
  }

  private async ask(method: string, url: string, header = 'Accept: application/sdp') {
    this.cseq += 1;
    const answered = new Promise<{ head: string; body: string }>((resolve) => (this.onAnswer = resolve));
    this.socket.write(`${method} ${url} RTSP/1.0\r\nCSeq: ${this.cseq}\r\n${header}\r\n\r\n`);
    const answer = await answered;
    if (!answer.head.startsWith('RTSP/1.0 200')) throw new Error(`${method}: ${answer.head.split('\r\n')[0]}`);
    return answer;
  }

  private take(): boolean {
    const { rest } = this;
    if (rest[0] === 0x24) {
      const end = rest.length < 4 ? Infinity : 4 + rest.readUInt16BE(2);
      if (rest.length < end) return false;
      (rest[1] === 0 ? this.rtp : this.rtcp).push(rest.subarray(4, end));
      this.rest = rest.subarray(end);
      return true;
    }
    const headEnd = rest.indexOf('\r\n\r\n');
    if (headEnd < 0) return false;
    const head = rest.toString('latin1', 0, headEnd);
    const end = headEnd + 4 + Number(/^Content-Length: (\d+)/im.exec(head)?.[1] ?? 0);
    if (rest.length < end) return false;
    this.rest = rest.subarray(end);
    this.onAnswer({ head, body: rest.toString('latin1', headEnd + 4, end) });
    return true;
  }
}
