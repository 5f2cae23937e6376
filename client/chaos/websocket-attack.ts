import { randomBytes } from 'node:crypto';
import { encodeHello } from '../../shared/protocol/codec.js';
import { PROTOCOL_VERSION } from '../../shared/protocol/messages.js';
import type { AttackListener, AttackedProtocol, ListenerParts } from './attacked-protocol.js';
import { httpPlace, httpRequest } from './http-attack.js';
import { ProtocolListener } from './protocol-listener.js';
import { seededBytes } from './seeded-bytes.js';
import { protocolGarbage } from './tcp-attack.js';
import { Opcode, ServerFrames, clientFrame } from './websocket-bytes.js';

const NOISE_BYTES = 2048;
/** Of the answer to the request, at most. */
const MAX_HEAD_BYTES = 16_384;

/** Attacks on our own protocol over WebSocket. */
export function webSocketAttack(address: string, token: string | null): AttackedProtocol {
  const url = new URL(address.replace(/^ws/i, 'http'));
  const opening = () => upgradeRequest(url, token);
  return {
    ...httpPlace(url),
    opening,
    garbage: (variant) => {
      const all = webSocketGarbage(variant, opening());
      return all[variant % all.length] ?? opening();
    },
    listen: (parts) => new WebSocketListener(parts),
  };
}

function upgradeRequest(url: URL, token: string | null): Buffer {
  const key = randomBytes(16).toString('base64');
  const upgrade = { Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13' };
  return httpRequest(url, token, { ...upgrade, 'Sec-WebSocket-Key': key });
}

function hello(): Buffer {
  return encodeHello({ version: PROTOCOL_VERSION, name: 'chaos', subscriptions: [{}] });
}

function webSocketGarbage(variant: number, request: Buffer): readonly Buffer[] {
  const behind = (...bytes: readonly Buffer[]) => Buffer.concat([request, ...bytes]);
  return [
    seededBytes(variant, NOISE_BYTES),
    behind(seededBytes(variant, NOISE_BYTES)),
    // Without a mask, longer than anything, with reserved bits, and text where bytes belong.
    behind(Buffer.of(0x82, 5), Buffer.alloc(5)),
    behind(clientFrame(Opcode.BINARY, Buffer.alloc(0), 2 ** 40)),
    behind(Buffer.of(0xf2, 0x80, 0, 0, 0, 0)),
    behind(clientFrame(1, Buffer.of(0xff, 0xfe))),
    ...protocolGarbage(variant, hello()).map((bytes) => behind(clientFrame(Opcode.BINARY, bytes))),
  ];
}

/** Says HELLO as soon as the server has agreed, and then goes on as over TCP, each message in one frame. */
class WebSocketListener implements AttackListener {
  private readonly inner: ProtocolListener;
  private readonly frames: ServerFrames;
  private head = '';
  private isOpen = false;
  private closeCode: string | null = null;

  constructor(private readonly parts: ListenerParts) {
    const send = (bytes: Buffer) => parts.send(clientFrame(Opcode.BINARY, bytes));
    this.inner = new ProtocolListener({ ...parts, send });
    this.frames = new ServerFrames((opcode, piece) => this.onPayload(opcode, piece));
  }

  get hasFrame(): boolean {
    return this.inner.hasFrame;
  }

  get code(): string | null {
    return this.inner.code ?? this.closeCode;
  }

  push(chunk: Buffer): void {
    if (this.isOpen) return this.frames.push(chunk);
    this.head += chunk.toString('latin1');
    const end = this.head.indexOf('\r\n\r\n');
    if (end < 0 && this.head.length < MAX_HEAD_BYTES) return;
    const status = /^HTTP\/1\.1 (\d{3})/.exec(this.head)?.[1];
    this.isOpen = true;
    const rest = Buffer.from(this.head.slice(end + 4), 'latin1');
    this.head = '';
    if (status !== '101') {
      this.closeCode = status === undefined ? null : `HTTP ${status}`;
      return;
    }
    this.parts.send(clientFrame(Opcode.BINARY, hello()));
    if (rest.length > 0) this.frames.push(rest);
  }

  ping(nowUs: number): void {
    if (this.isOpen) this.inner.ping(nowUs);
  }

  private onPayload(opcode: number, piece: Buffer): void {
    if (opcode === Opcode.BINARY) return this.inner.push(piece);
    if (opcode === Opcode.CLOSE && piece.length >= 2) this.closeCode ??= `CLOSE ${piece.readUInt16BE(0)}`;
  }
}
