import { createConnection } from 'node:net';
import type { Socket } from 'node:net';

/** Kinds of frames (RFC 6455, section 5.2). */
export const Opcode = { CONTINUATION: 0, TEXT: 1, BINARY: 2, CLOSE: 8, PING: 9, PONG: 10 } as const;

/** What may be wrong with a frame. */
export interface FrameFaults {
  /** Whether it is the last one of its message; true by default. */
  readonly fin?: boolean;
  /** Whether its payload is masked, as everything from a client must be; true by default. */
  readonly masked?: boolean;
  /** The three bits RSV1 to RSV3, 0 by default. */
  readonly rsv?: number;
  /** The length it says it has. */
  readonly length?: number;
}

/** A frame that came from the server. */
export interface ServerFrame {
  readonly opcode: number;
  readonly fin: boolean;
  readonly payload: Buffer;
}

const MASK = Buffer.from('1f2e3d4c', 'hex');

/** The bytes of a frame from a client, as wrong as it is asked for. */
export function frame(opcode: number, payload: Buffer | string = '', faults: FrameFaults = {}): Buffer {
  const body = Buffer.from(payload);
  const { fin = true, masked = true, rsv = 0, length = body.length } = faults;
  const first = (fin ? 0x80 : 0) | (rsv << 4) | opcode;
  const maskBit = masked ? 0x80 : 0;
  let head: Buffer;
  if (length < 126) head = Buffer.of(first, maskBit | length);
  else if (length < 65_536) head = Buffer.of(first, maskBit | 126, length >> 8, length & 0xff);
  else {
    head = Buffer.alloc(10);
    head.set([first, maskBit | 127]);
    head.writeBigUInt64BE(BigInt(length), 2);
  }
  if (!masked) return Buffer.concat([head, body]);
  return Buffer.concat([head, MASK, body.map((byte, i) => byte ^ MASK[i % 4]!)]);
}

/** A WebSocket client that sends whatever bytes it is told, and answers nothing; told to close, it closes. */
export class RawWebSocket {
  /** The head of the server's answer to the handshake. */
  head = '';
  readonly frames: ServerFrame[] = [];
  /** Resolves when the connection is gone, with what the server's close frame said; null without one. */
  readonly closed: Promise<{ code: number | null; reason: string } | null>;
  private rest = Buffer.alloc(0);
  private isClosed = false;
  private readonly waiters = new Set<() => void>();

  private constructor(readonly socket: Socket) {
    socket.on('data', (chunk) => this.onData(chunk));
    socket.on('error', () => undefined);
    this.closed = new Promise((resolve) => {
      socket.on('close', () => {
        this.isClosed = true;
        this.wake();
        const last = this.frames.find(({ opcode }) => opcode === Opcode.CLOSE)?.payload;
        if (!last) return resolve(null);
        resolve({ code: last.length < 2 ? null : last.readUInt16BE(0), reason: last.toString('utf8', 2) });
      });
    });
  }

  /** Connects and shakes hands; resolves once the server has answered. */
  static async connect(port: number, path: string, { more }: { more?: Buffer } = {}): Promise<RawWebSocket> {
    const client = new RawWebSocket(createConnection({ host: '127.0.0.1', port, noDelay: true }));
    const lines = ['Host: localhost', 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'];
    const request = `GET ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`;
    client.socket.write(more ? Buffer.concat([Buffer.from(request), more]) : request);
    await client.until(() => client.head !== '');
    return client;
  }

  send(...frames: readonly Buffer[]): void {
    this.socket.write(Buffer.concat(frames));
  }

  /** Resolves once `holds`, asked again after every read; rejects when the connection closes before. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) {
      if (this.isClosed) throw new Error('closed before that');
      await new Promise<void>((resolve) => this.waiters.add(resolve));
    }
  }

  /** Cuts the connection without a word. */
  async destroy(): Promise<void> {
    this.socket.destroy();
    await this.closed;
  }

  private onData(chunk: Buffer): void {
    this.rest = Buffer.concat([this.rest, chunk]);
    if (this.head === '') {
      const end = this.rest.indexOf('\r\n\r\n');
      if (end < 0) return;
      this.head = this.rest.toString('latin1', 0, end);
      this.rest = this.rest.subarray(end + 4);
    }
    while (this.takeFrame());
    this.wake();
  }

  /** Takes one whole frame off what came. */
  private takeFrame(): boolean {
    const { rest } = this;
    if (rest.length < 2) return false;
    const short = rest[1]! & 0x7f;
    const headBytes = short === 127 ? 10 : short === 126 ? 4 : 2;
    if (rest.length < headBytes) return false;
    const length = short === 127 ? Number(rest.readBigUInt64BE(2)) : short === 126 ? rest.readUInt16BE(2) : short;
    if (rest.length < headBytes + length) return false;
    const payload = rest.subarray(headBytes, headBytes + length);
    const opcode = rest[0]! & 0x0f;
    this.frames.push({ opcode, fin: (rest[0]! & 0x80) !== 0, payload });
    if (opcode === Opcode.CLOSE) this.socket.end();
    this.rest = rest.subarray(headBytes + length);
    return true;
  }

  private wake(): void {
    for (const resolve of this.waiters) resolve();
    this.waiters.clear();
  }
}
