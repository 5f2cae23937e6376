import { randomBytes } from 'node:crypto';

/** Kinds of frames that matter here (RFC 6455, section 5.2). */
export const Opcode = { BINARY: 2, CLOSE: 8, PING: 9, PONG: 10 } as const;

/** A frame of a client, masked as it must be; `declaredBytes` is what it says of its length. */
export function clientFrame(opcode: number, payload: Buffer, declaredBytes = payload.length): Buffer {
  const mask = randomBytes(4);
  const masked = Buffer.from(payload);
  for (let i = 0; i < masked.length; i += 1) masked[i] = (masked[i] ?? 0) ^ (mask[i % 4] ?? 0);
  return Buffer.concat([frameHead(opcode, declaredBytes), mask, masked]);
}

function frameHead(opcode: number, lengthBytes: number): Buffer {
  if (lengthBytes < 126) return Buffer.of(0x80 | opcode, 0x80 | lengthBytes);
  const head = Buffer.alloc(lengthBytes < 65_536 ? 4 : 10);
  head[0] = 0x80 | opcode;
  head[1] = 0x80 | (lengthBytes < 65_536 ? 126 : 127);
  if (lengthBytes < 65_536) head.writeUInt16BE(lengthBytes, 2);
  else head.writeBigUInt64BE(BigInt(lengthBytes), 2);
  return head;
}

/** Longest head of a frame from a server, which has no mask. */
const MAX_HEAD_BYTES = 10;

/**
 * Takes the frames of a server apart as their bytes come, and hands on payloads in pieces; it holds nothing but the head
 * of one frame.
 */
export class ServerFrames {
  private head = Buffer.alloc(0);
  private opcode = 0;
  private left = 0;

  /** @param onPayload takes a piece of a payload with the opcode of its frame; never an empty one */
  constructor(private readonly onPayload: (opcode: number, piece: Buffer) => void) {}

  push(chunk: Buffer): void {
    let rest = chunk;
    while (rest.length > 0) rest = this.left > 0 ? this.takePayload(rest) : this.takeHead(rest);
  }

  private takePayload(chunk: Buffer): Buffer {
    const piece = chunk.subarray(0, this.left);
    this.left -= piece.length;
    this.onPayload(this.opcode, piece);
    return chunk.subarray(piece.length);
  }

  private takeHead(chunk: Buffer): Buffer {
    const before = this.head.length;
    const head = Buffer.concat([this.head, chunk.subarray(0, MAX_HEAD_BYTES - before)]);
    const short = (head[1] ?? 0) & 0x7f;
    const headBytes = head.length < 2 ? MAX_HEAD_BYTES : 2 + (short === 126 ? 2 : short === 127 ? 8 : 0);
    if (head.length < headBytes) {
      this.head = head;
      return chunk.subarray(head.length - before);
    }
    this.opcode = (head[0] ?? 0) & 0x0f;
    this.left = short < 126 ? short : short === 126 ? head.readUInt16BE(2) : Number(head.readBigUInt64BE(2));
    this.head = Buffer.alloc(0);
    return chunk.subarray(headBytes - before);
  }
}
