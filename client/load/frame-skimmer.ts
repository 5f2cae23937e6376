import type { ByteParser } from '../connection.js';
import { messageTooLong } from '../../shared/protocol/bad-message.js';
import { readFrameHeader } from '../../shared/protocol/frame-header.js';
import {
  FRAME_HEADER_BYTES,
  MAX_BODY_BYTES,
  MessageType,
  PREFIX_BYTES,
  type FrameHeader,
  type Message,
} from '../../shared/protocol/messages.js';
import { CLIENT_ACCEPTS, MessageParser } from '../../shared/protocol/parser.js';

/** What is known of a frame whose picture was passed over. */
export interface SkimmedFrame {
  readonly header: FrameHeader;
  readonly jpegBytes: number;
  /** Whether the JPEG has both its ends, the markers SOI and EOI of ITU-T T.81. */
  readonly isWhole: boolean;
}

/** Takes a frame when its last byte has come, at `receivedTimeUs`. */
export type SkimmedFrameListener = (frame: SkimmedFrame, receivedTimeUs: number) => void;

const LENGTH_AT = 0;
const TYPE_AT = 4;
const MARKER_BYTES = 2;
const HEAD_BYTES = PREFIX_BYTES + FRAME_HEADER_BYTES + MARKER_BYTES;
/** A JPEG that is shorter than its two markers is left to the parser of whole messages. */
const LEAST_BODY_BYTES = FRAME_HEADER_BYTES + 2 * MARKER_BYTES;
const START_OF_IMAGE = 0xffd8;
const END_OF_IMAGE = 0xffd9;

/**
 * Takes the bytes of a connection apart without keeping any picture: of a FRAME only the header and both ends are looked
 * at, so that it costs neither memory nor a copy, however large it is. Everything else goes through a `MessageParser`.
 */
export class FrameSkimmer implements ByteParser {
  private readonly messages: MessageParser;
  private readonly head = Buffer.alloc(HEAD_BYTES);
  private readonly prefix = this.head.subarray(0, PREFIX_BYTES);
  private readonly headerBytes = this.head.subarray(PREFIX_BYTES, PREFIX_BYTES + FRAME_HEADER_BYTES);
  /** How many bytes of `head` have come, and how many it takes: those of the prefix until that says it is a FRAME. */
  private filled = 0;
  private wanted = PREFIX_BYTES;
  /** Bytes of the present message that are still to come, behind what is gathered in `head`. */
  private restBytes = 0;
  private header: FrameHeader | null = null;
  private jpegBytes = 0;
  private startMarker = 0;
  private lastTwo = 0;

  constructor(
    onMessage: (message: Message) => void,
    private readonly onFrame: SkimmedFrameListener,
  ) {
    this.messages = new MessageParser({ accepts: CLIENT_ACCEPTS, reusesChunks: true, onMessage });
  }

  /** Takes the next bytes. Throws BAD_MESSAGE, MESSAGE_TOO_LONG or UNEXPECTED_MESSAGE; the connection is to end then. */
  push(buffer: Buffer, lengthBytes: number, receivedTimeUs: number): void {
    let offset = 0;
    while (offset < lengthBytes) {
      if (this.restBytes === 0) offset = this.gather(buffer, lengthBytes, offset);
      else if (this.header === null) offset = this.passOn(buffer, lengthBytes, offset);
      else offset = this.passOver(buffer, lengthBytes, offset, this.header, receivedTimeUs);
    }
  }

  private gather(buffer: Buffer, lengthBytes: number, offset: number): number {
    const taken = Math.min(this.wanted - this.filled, lengthBytes - offset);
    buffer.copy(this.head, this.filled, offset, offset + taken);
    this.filled += taken;
    if (this.filled === this.wanted) {
      if (this.wanted === PREFIX_BYTES) this.onPrefix();
      else this.onHead();
    }
    return offset + taken;
  }

  private onPrefix(): void {
    const bodyBytes = this.head.readUInt32BE(LENGTH_AT) - 1;
    if (this.head[TYPE_AT] === MessageType.FRAME && bodyBytes >= LEAST_BODY_BYTES) {
      const limitBytes = MAX_BODY_BYTES[MessageType.FRAME];
      if (bodyBytes > limitBytes) throw messageTooLong(MessageType.FRAME, bodyBytes, limitBytes);
      this.jpegBytes = bodyBytes - FRAME_HEADER_BYTES;
      this.wanted = HEAD_BYTES;
      return;
    }
    this.filled = 0;
    this.restBytes = Math.max(0, bodyBytes);
    this.messages.push(this.prefix);
  }

  private onHead(): void {
    this.header = readFrameHeader(this.headerBytes);
    this.startMarker = this.head.readUInt16BE(HEAD_BYTES - MARKER_BYTES);
    this.restBytes = this.jpegBytes - MARKER_BYTES;
    this.filled = 0;
    this.wanted = PREFIX_BYTES;
  }

  private passOn(buffer: Buffer, lengthBytes: number, offset: number): number {
    const end = Math.min(lengthBytes, offset + this.restBytes);
    this.restBytes -= end - offset;
    this.messages.push(buffer.subarray(offset, end));
    return end;
  }

  private passOver(
    buffer: Buffer,
    lengthBytes: number,
    offset: number,
    header: FrameHeader,
    receivedTimeUs: number,
  ): number {
    const end = Math.min(lengthBytes, offset + this.restBytes);
    const isMore = end - offset >= MARKER_BYTES;
    // The last two bytes may be cut by the edge of what was read at once.
    this.lastTwo = isMore ? buffer.readUInt16BE(end - 2) : ((this.lastTwo & 0xff) << 8) | buffer.readUInt8(offset);
    this.restBytes -= end - offset;
    if (this.restBytes > 0) return end;
    this.header = null;
    const isWhole = this.startMarker === START_OF_IMAGE && this.lastTwo === END_OF_IMAGE;
    this.onFrame({ header, jpegBytes: this.jpegBytes, isWhole }, receivedTimeUs);
    return end;
  }
}
