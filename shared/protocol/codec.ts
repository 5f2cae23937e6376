/**
 * Encodes and decodes one message of the protocol; docs/protocol.md has the byte layouts. Pure. Encoders return the
 * whole message with its prefix; decoders take a body without it.
 */
import { badMessage, messageTooLong } from './bad-message.js';
import type { BenchBody } from './bench-messages.js';
import { benchSchema } from './bench-schema.js';
import { helloSchema, noticeSchema, statsSchema, streamChangeSchema, welcomeSchema } from './control-schema.js';
import { readFrameHeader, writeFrameHeader } from './frame-header.js';
import { decodeJson, presentableNotice } from './json-body.js';
import { FRAME_HEADER_BYTES, MAX_BODY_BYTES, MessageType, PREFIX_BYTES } from './messages.js';
import type { FrameHeader, Hello, Message, Notice, Stats, StreamChange, Welcome } from './messages.js';
import { readU64, writeU64 } from './u64.js';

/**
 * The 55 bytes of a FRAME that come before its `jpegBytes` bytes of JPEG, so that header and picture are written as
 * two buffers and the picture is never copied. Throws MESSAGE_TOO_LONG when the JPEG is longer than a FRAME may carry.
 */
export function encodeFrameHeader(header: FrameHeader, jpegBytes: number): Buffer {
  const buffer = Buffer.allocUnsafe(PREFIX_BYTES + FRAME_HEADER_BYTES);
  writePrefix(buffer, MessageType.FRAME, FRAME_HEADER_BYTES + jpegBytes);
  writeFrameHeader(buffer, header, PREFIX_BYTES);
  return buffer;
}

/** ACK: every frame of the stream up to `sequence` has been received completely. */
export function encodeAck(streamId: number, sequence: number): Buffer {
  const buffer = startMessage(MessageType.ACK, 10);
  buffer.writeUInt16BE(streamId, PREFIX_BYTES);
  writeU64(buffer, sequence, PREFIX_BYTES + 2);
  return buffer;
}

/** PING, sent at `t0Us` of our clock. */
export function encodePing(t0Us: number): Buffer {
  const buffer = startMessage(MessageType.PING, 8);
  writeU64(buffer, t0Us, PREFIX_BYTES);
  return buffer;
}

/** PONG: the `t0Us` of the PING, when that came (`t1Us`) and when this answer leaves (`t2Us`) by our clock. */
export function encodePong(t0Us: number, t1Us: number, t2Us: number): Buffer {
  const buffer = startMessage(MessageType.PONG, 24);
  writeU64(buffer, t0Us, PREFIX_BYTES);
  writeU64(buffer, t1Us, PREFIX_BYTES + 8);
  writeU64(buffer, t2Us, PREFIX_BYTES + 16);
  return buffer;
}

/** CREDIT: from now on one ACK of the stream may cover `ackEvery` frames, 1 to 65535. */
export function encodeCredit(streamId: number, ackEvery: number): Buffer {
  const buffer = startMessage(MessageType.CREDIT, 4);
  buffer.writeUInt16BE(streamId, PREFIX_BYTES);
  buffer.writeUInt16BE(ackEvery, PREFIX_BYTES + 2);
  return buffer;
}

/** SKIPPED: the frames from `first` to `last`, both included, were not sent to this client on purpose. */
export function encodeSkipped(streamId: number, first: number, last: number): Buffer {
  const buffer = startMessage(MessageType.SKIPPED, 18);
  buffer.writeUInt16BE(streamId, PREFIX_BYTES);
  writeU64(buffer, first, PREFIX_BYTES + 2);
  writeU64(buffer, last, PREFIX_BYTES + 10);
  return buffer;
}

/** HELLO. Throws MESSAGE_TOO_LONG when the JSON is over its limit, as do all JSON encoders. */
export function encodeHello(hello: Hello): Buffer {
  return encodeJson(MessageType.HELLO, hello);
}

/** WELCOME. */
export function encodeWelcome(welcome: Welcome): Buffer {
  return encodeJson(MessageType.WELCOME, welcome);
}

/** STATS. */
export function encodeStats(stats: Stats): Buffer {
  return encodeJson(MessageType.STATS, stats);
}

/** STREAM. The reason's sentence is made printable and cut as in ERROR. */
export function encodeStream(change: StreamChange): Buffer {
  const { reason } = change;
  return encodeJson(MessageType.STREAM, reason ? { ...change, reason: presentableNotice(reason) } : change);
}

/** ERROR. The sentence is put on one line, made printable, and cut to 1024 characters. */
export function encodeError(notice: Notice): Buffer {
  return encodeJson(MessageType.ERROR, presentableNotice(notice));
}

/** BYE. The sentence is treated as in ERROR. */
export function encodeBye(notice: Notice): Buffer {
  return encodeJson(MessageType.BYE, presentableNotice(notice));
}

/** BENCH, either way. */
export function encodeBench(body: BenchBody): Buffer {
  return encodeJson(MessageType.BENCH, body);
}

/**
 * Decodes the body of one message; null for a type this version does not know. A FRAME's `jpeg` shares the memory of
 * `body`. Throws BAD_MESSAGE with a sentence that names the message and the field.
 */
export function decodeMessage(type: number, body: Buffer): Message | null {
  switch (type) {
    case MessageType.FRAME:
      return decodeFrame(body);
    case MessageType.ACK:
      requireLength(type, body);
      return { type, streamId: body.readUInt16BE(0), sequence: readU64(body, 2, type, 'sequence') };
    case MessageType.PING:
      requireLength(type, body);
      return { type, t0Us: readU64(body, 0, type, 't0') };
    case MessageType.PONG:
      return decodePong(body);
    case MessageType.CREDIT:
      return decodeCredit(body);
    case MessageType.SKIPPED:
      return decodeSkipped(body);
    case MessageType.HELLO:
      return { type, body: decodeJson(type, body, helloSchema) };
    case MessageType.WELCOME:
      return { type, body: decodeJson(type, body, welcomeSchema) };
    case MessageType.STATS:
      return { type, body: decodeJson(type, body, statsSchema) };
    case MessageType.STREAM:
      return { type, body: decodeJson(type, body, streamChangeSchema) };
    case MessageType.ERROR:
    case MessageType.BYE:
      return { type, body: decodeJson(type, body, noticeSchema) };
    case MessageType.BENCH:
      return { type, body: decodeJson(type, body, benchSchema) };
    default:
      return null;
  }
}

function decodeFrame(body: Buffer): Message {
  const type = MessageType.FRAME;
  if (body.length <= FRAME_HEADER_BYTES)
    throw badMessage(type, 'body', `is not longer than ${FRAME_HEADER_BYTES} bytes`);
  return { type, header: readFrameHeader(body), jpeg: body.subarray(FRAME_HEADER_BYTES) };
}

function decodePong(body: Buffer): Message {
  const type = MessageType.PONG;
  requireLength(type, body);
  const t0Us = readU64(body, 0, type, 't0');
  const t1Us = readU64(body, 8, type, 't1');
  const t2Us = readU64(body, 16, type, 't2');
  return { type, t0Us, t1Us, t2Us };
}

function decodeCredit(body: Buffer): Message {
  const type = MessageType.CREDIT;
  requireLength(type, body);
  const ackEvery = body.readUInt16BE(2);
  if (ackEvery === 0) throw badMessage(type, 'ackEvery', 'is 0');
  return { type, streamId: body.readUInt16BE(0), ackEvery };
}

function decodeSkipped(body: Buffer): Message {
  const type = MessageType.SKIPPED;
  requireLength(type, body);
  const first = readU64(body, 2, type, 'first');
  const last = readU64(body, 10, type, 'last');
  if (last < first) throw badMessage(type, 'last', 'is before first');
  return { type, streamId: body.readUInt16BE(0), first, last };
}

/** Messages of fixed length have that length as their limit, too. */
function requireLength(type: MessageType, body: Buffer): void {
  const expected = MAX_BODY_BYTES[type];
  if (body.length !== expected) throw badMessage(type, 'body', `has ${body.length} bytes instead of ${expected}`);
}

function encodeJson(type: MessageType, value: object): Buffer {
  const text = JSON.stringify(value);
  const buffer = startMessage(type, Buffer.byteLength(text));
  buffer.write(text, PREFIX_BYTES);
  return buffer;
}

function startMessage(type: MessageType, bodyBytes: number): Buffer {
  const buffer = Buffer.allocUnsafe(PREFIX_BYTES + bodyBytes);
  writePrefix(buffer, type, bodyBytes);
  return buffer;
}

function writePrefix(buffer: Buffer, type: MessageType, bodyBytes: number): void {
  if (bodyBytes > MAX_BODY_BYTES[type]) throw messageTooLong(type, bodyBytes, MAX_BODY_BYTES[type]);
  buffer.writeUInt32BE(bodyBytes + 1, 0);
  buffer.writeUInt8(type, 4);
}
