/**
 * The protocol's messages for a browser, as far as a client needs them: what a server sends is decoded, what a client
 * sends is encoded (docs/protocol.md). Pure, and without Node's Buffer, on which shared/protocol/codec.ts is built.
 */
import { StreamerError } from '../../../shared/errors.js';
import { badMessage, messageName, messageTooLong } from '../../../shared/protocol/bad-message.js';
import type { BenchRequest } from '../../../shared/protocol/bench-messages.js';
import { FRAME_AT } from '../../../shared/protocol/frame-layout.js';
import {
  FRAME_HEADER_BYTES,
  FrameFormat,
  MAX_BODY_BYTES,
  MAX_UNKNOWN_BODY_BYTES,
  MessageType,
  PREFIX_BYTES,
  TIME_SOURCES,
} from '../../../shared/protocol/messages.js';
import type { FrameHeader, Hello, Message, Notice, Stats } from '../../../shared/protocol/messages.js';
import { deviceNoticeFrom } from './bench-bodies.js';
import type { DeviceNotice } from './bench-bodies.js';
import { noticeFrom, streamChangeFrom, welcomeFrom } from './control-bodies.js';
import { JsonFields } from './json-fields.js';

/** A FRAME; its `jpeg` is a part of the bytes it was decoded from. */
export interface FrameMessage {
  readonly type: typeof MessageType.FRAME;
  readonly header: FrameHeader;
  readonly jpeg: Uint8Array<ArrayBuffer>;
}

type ControlType = 'WELCOME' | 'PING' | 'PONG' | 'STREAM' | 'ERROR' | 'BYE' | 'CREDIT' | 'SKIPPED';

/** A BENCH to a device, which a page may be; it is no coordinator. */
interface BenchMessage {
  readonly type: typeof MessageType.BENCH;
  readonly body: DeviceNotice;
}

/** What a server sends. */
export type ServerMessage =
  FrameMessage | BenchMessage | Extract<Message, { readonly type: (typeof MessageType)[ControlType] }>;

const LENGTH_BYTES = 4;
const TWO_POW_32 = 2 ** 32;

/**
 * The one message that `bytes` hold, as each binary message of a WebSocket does; null for a type this version does not
 * know. Throws StreamerError BAD_MESSAGE, MESSAGE_TOO_LONG or UNEXPECTED_MESSAGE.
 */
export function decodeMessage(bytes: ArrayBuffer): ServerMessage | null {
  const { type, bodyBytes } = readPrefix(new DataView(bytes));
  if (bytes.byteLength === PREFIX_BYTES + bodyBytes) return decodeBody(type, new DataView(bytes, PREFIX_BYTES));
  throw badMessage(type, 'body', 'is not as long as its prefix says');
}

/** HELLO. Throws MESSAGE_TOO_LONG when the JSON is over its limit, as do all JSON encoders. */
export function encodeHello(hello: Hello): ArrayBuffer {
  return encodeJson(MessageType.HELLO, hello);
}

/** ACK: every frame of the stream up to `sequence` has been received completely. */
export function encodeAck(streamId: number, sequence: number): ArrayBuffer {
  const view = startMessage(MessageType.ACK, 10);
  view.setUint16(PREFIX_BYTES, streamId);
  writeU64(view, PREFIX_BYTES + 2, sequence);
  return view.buffer;
}

/** PING, sent at `t0Us` of our clock. */
export function encodePing(t0Us: number): ArrayBuffer {
  const view = startMessage(MessageType.PING, 8);
  writeU64(view, PREFIX_BYTES, t0Us);
  return view.buffer;
}

/** PONG: the `t0Us` of the PING, when that came (`t1Us`) and when this answer leaves (`t2Us`) by our clock. */
export function encodePong(t0Us: number, t1Us: number, t2Us: number): ArrayBuffer {
  const view = startMessage(MessageType.PONG, 24);
  writeU64(view, PREFIX_BYTES, t0Us);
  writeU64(view, PREFIX_BYTES + 8, t1Us);
  writeU64(view, PREFIX_BYTES + 16, t2Us);
  return view.buffer;
}

/** STATS. */
export function encodeStats(stats: Stats): ArrayBuffer {
  return encodeJson(MessageType.STATS, stats);
}

/** BYE. */
export function encodeBye(notice: Notice): ArrayBuffer {
  return encodeJson(MessageType.BYE, notice);
}

/** BENCH. */
export function encodeBench(request: BenchRequest): ArrayBuffer {
  return encodeJson(MessageType.BENCH, request);
}

/** Checks what a prefix promises, before anything is made of it. */
function readPrefix(view: DataView): { type: number; bodyBytes: number } {
  if (view.byteLength < LENGTH_BYTES) throw new StreamerError('BAD_MESSAGE', 'A message ends inside its length.');
  const length = view.getUint32(0);
  if (length === 0) throw new StreamerError('BAD_MESSAGE', 'A message has the length 0; its type byte is missing.');
  if (view.byteLength < PREFIX_BYTES) throw new StreamerError('BAD_MESSAGE', 'A message ends before its type.');
  const type = view.getUint8(LENGTH_BYTES);
  if (isClientMessage(type)) {
    throw new StreamerError('UNEXPECTED_MESSAGE', `${messageName(type)} is not for this side to receive.`);
  }
  const limit: number | undefined = MAX_BODY_BYTES[type as MessageType];
  const limitBytes = limit ?? MAX_UNKNOWN_BODY_BYTES;
  if (length - 1 > limitBytes) throw messageTooLong(type, length - 1, limitBytes);
  return { type, bodyBytes: length - 1 };
}

/** Whether only a client sends such a message. */
function isClientMessage(type: number): boolean {
  return type === MessageType.HELLO || type === MessageType.ACK || type === MessageType.STATS;
}

function decodeBody(type: number, body: DataView<ArrayBuffer>): ServerMessage | null {
  switch (type) {
    case MessageType.FRAME:
      return decodeFrame(body);
    case MessageType.PING:
      requireLength(type, body);
      return { type, t0Us: readU64(body, 0, type, 't0') };
    case MessageType.PONG:
      requireLength(type, body);
      return {
        type,
        t0Us: readU64(body, 0, type, 't0'),
        t1Us: readU64(body, 8, type, 't1'),
        t2Us: readU64(body, 16, type, 't2'),
      };
    case MessageType.CREDIT:
      return decodeCredit(body);
    case MessageType.SKIPPED:
      return decodeSkipped(body);
    case MessageType.WELCOME:
      return { type, body: welcomeFrom(JsonFields.parse(type, body)) };
    case MessageType.STREAM:
      return { type, body: streamChangeFrom(JsonFields.parse(type, body)) };
    case MessageType.ERROR:
    case MessageType.BYE:
      return { type, body: noticeFrom(JsonFields.parse(type, body)) };
    case MessageType.BENCH:
      return { type, body: deviceNoticeFrom(JsonFields.parse(type, body)) };
    default:
      return null;
  }
}

function decodeFrame(body: DataView<ArrayBuffer>): FrameMessage {
  const type = MessageType.FRAME;
  if (body.byteLength <= FRAME_HEADER_BYTES) {
    throw badMessage(type, 'body', `is not longer than ${FRAME_HEADER_BYTES} bytes`);
  }
  const jpeg = new Uint8Array(body.buffer, body.byteOffset + FRAME_HEADER_BYTES, body.byteLength - FRAME_HEADER_BYTES);
  return { type, header: readFrameHeader(body), jpeg };
}

function readFrameHeader(body: DataView): FrameHeader {
  const { FRAME } = MessageType;
  const format = body.getUint8(FRAME_AT.format);
  if (format !== FrameFormat.JPEG) throw badMessage(FRAME, 'format', 'is not 1 (JPEG)');
  const timeSource = TIME_SOURCES[body.getUint8(FRAME_AT.timeSource) - 1];
  if (timeSource === undefined) throw badMessage(FRAME, 'timeSource', 'is not from 1 to 3');
  const width = body.getUint16(FRAME_AT.width);
  if (width === 0) throw badMessage(FRAME, 'width', 'is 0');
  const height = body.getUint16(FRAME_AT.height);
  if (height === 0) throw badMessage(FRAME, 'height', 'is 0');
  return {
    streamId: body.getUint16(FRAME_AT.streamId),
    format,
    timeSource,
    sequence: readU64(body, FRAME_AT.sequence, FRAME, 'sequence'),
    captureTimeUs: readU64(body, FRAME_AT.captureTimeUs, FRAME, 'captureTimeUs'),
    decodedOffsetUs: body.getUint32(FRAME_AT.decodedOffsetUs),
    processedOffsetUs: body.getUint32(FRAME_AT.processedOffsetUs),
    encodeStartOffsetUs: body.getUint32(FRAME_AT.encodeStartOffsetUs),
    encodedOffsetUs: body.getUint32(FRAME_AT.encodedOffsetUs),
    publishedOffsetUs: body.getUint32(FRAME_AT.publishedOffsetUs),
    clockErrorUs: body.getUint32(FRAME_AT.clockErrorUs),
    width,
    height,
    flags: body.getUint16(FRAME_AT.flags),
  };
}

function decodeCredit(body: DataView): ServerMessage {
  const type = MessageType.CREDIT;
  requireLength(type, body);
  const ackEvery = body.getUint16(2);
  if (ackEvery === 0) throw badMessage(type, 'ackEvery', 'is 0');
  return { type, streamId: body.getUint16(0), ackEvery };
}

function decodeSkipped(body: DataView): ServerMessage {
  const type = MessageType.SKIPPED;
  requireLength(type, body);
  const first = readU64(body, 2, type, 'first');
  const last = readU64(body, 10, type, 'last');
  if (last < first) throw badMessage(type, 'last', 'is before first');
  return { type, streamId: body.getUint16(0), first, last };
}

/** Messages of fixed length have that length as their limit, too. */
function requireLength(type: MessageType, body: DataView): void {
  const expected = MAX_BODY_BYTES[type];
  if (body.byteLength === expected) return;
  throw badMessage(type, 'body', `has ${body.byteLength} bytes instead of ${expected}`);
}

function readU64(view: DataView, at: number, type: MessageType, field: string): number {
  const value = view.getUint32(at) * TWO_POW_32 + view.getUint32(at + 4);
  if (value > Number.MAX_SAFE_INTEGER) throw badMessage(type, field, 'is above 2^53 - 1');
  return value;
}

function writeU64(view: DataView, at: number, value: number): void {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${value} does not fit the protocol's u64.`);
  view.setUint32(at, Math.floor(value / TWO_POW_32));
  view.setUint32(at + 4, value % TWO_POW_32);
}

function encodeJson(type: MessageType, value: object): ArrayBuffer {
  const text = new TextEncoder().encode(JSON.stringify(value));
  const { buffer } = startMessage(type, text.length);
  new Uint8Array(buffer, PREFIX_BYTES).set(text);
  return buffer;
}

function startMessage(type: MessageType, bodyBytes: number): DataView<ArrayBuffer> {
  if (bodyBytes > MAX_BODY_BYTES[type]) throw messageTooLong(type, bodyBytes, MAX_BODY_BYTES[type]);
  const view = new DataView(new ArrayBuffer(PREFIX_BYTES + bodyBytes));
  view.setUint32(0, bodyBytes + 1);
  view.setUint8(LENGTH_BYTES, type);
  return view;
}
