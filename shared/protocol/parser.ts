import { StreamerError } from '../errors.js';
import { messageName, messageTooLong } from './bad-message.js';
import { decodeMessage } from './codec.js';
import { MAX_BODY_BYTES, MAX_UNKNOWN_BODY_BYTES, MessageType, PREFIX_BYTES, type Message } from './messages.js';

/** What a server takes from a client. */
export const SERVER_ACCEPTS: ReadonlySet<MessageType> = new Set([
  MessageType.HELLO,
  MessageType.ACK,
  MessageType.PING,
  MessageType.PONG,
  MessageType.STATS,
  MessageType.BYE,
  MessageType.BENCH,
]);

/** What a client takes from a server. */
export const CLIENT_ACCEPTS: ReadonlySet<MessageType> = new Set([
  MessageType.WELCOME,
  MessageType.FRAME,
  MessageType.PING,
  MessageType.PONG,
  MessageType.STREAM,
  MessageType.ERROR,
  MessageType.BYE,
  MessageType.CREDIT,
  MessageType.SKIPPED,
  MessageType.BENCH,
]);

const LENGTH_BYTES = 4;

/** What a parser needs. `onMessage` gets each message as soon as its last byte has come, in order. */
export interface MessageParserOptions {
  readonly accepts: ReadonlySet<MessageType>;
  readonly onMessage: (message: Message) => void;
  /** Whether whoever pushes a chunk writes to it again afterwards; the JPEG of a FRAME is then always copied. */
  readonly reusesChunks?: boolean;
}

/**
 * Turns the bytes of a connection into messages, however they are cut. It holds at most one unfinished message, never
 * longer than the limit of its type, and copies a byte at most once: a message that lies whole in a chunk is handed on
 * as a part of that chunk, one that does not is gathered in a buffer of exactly its length. So a FRAME's `jpeg` may
 * keep the chunk alive that it came in, and a chunk must not be written to after it was pushed, unless `reusesChunks`.
 */
export class MessageParser {
  private readonly accepts: ReadonlySet<MessageType>;
  private readonly onMessage: (message: Message) => void;
  private readonly reusesChunks: boolean;
  private readonly prefix = Buffer.alloc(PREFIX_BYTES);
  private prefixFilled = 0;
  private type = 0;
  private body: Buffer | null = null;
  private bodyFilled = 0;
  private skipBytes = 0;
  private failure: { readonly thrown: unknown } | null = null;

  constructor(options: MessageParserOptions) {
    this.accepts = options.accepts;
    this.onMessage = options.onMessage;
    this.reusesChunks = options.reusesChunks ?? false;
  }

  /** Bytes of memory held for an unfinished message: the pieces of its prefix, then the whole length of its body. */
  get bufferedBytes(): number {
    return this.body === null ? this.prefixFilled : this.body.length;
  }

  /**
   * Takes the next bytes. Throws StreamerError BAD_MESSAGE, MESSAGE_TOO_LONG or UNEXPECTED_MESSAGE. What `onMessage`
   * throws passes through, which is how it stops the rest of a chunk. Either ends the parser: the place in the stream
   * is lost, and every further push throws the same again. `onMessage` must not call `push`.
   */
  push(chunk: Buffer): void {
    if (this.failure !== null) throw this.failure.thrown;
    try {
      this.consume(chunk);
    } catch (thrown) {
      this.failure = { thrown };
      this.prefixFilled = 0;
      this.body = null;
      throw thrown;
    }
  }

  private consume(chunk: Buffer): void {
    let offset = 0;
    while (offset < chunk.length) {
      if (this.body !== null) offset = this.fillBody(this.body, chunk, offset);
      else if (this.skipBytes > 0) offset = this.skip(chunk, offset);
      else if (this.prefixFilled === 0 && chunk.length - offset >= PREFIX_BYTES)
        offset = this.readPrefix(chunk, offset);
      else offset = this.fillPrefix(chunk, offset);
    }
  }

  /** Reads a prefix that lies whole in the chunk. */
  private readPrefix(chunk: Buffer, offset: number): number {
    return this.begin(chunk.readUInt32BE(offset), chunk.readUInt8(offset + LENGTH_BYTES), chunk, offset + PREFIX_BYTES);
  }

  /** Takes one byte of a prefix that is cut by the edge of a chunk. */
  private fillPrefix(chunk: Buffer, offset: number): number {
    this.prefix.writeUInt8(chunk.readUInt8(offset), this.prefixFilled);
    this.prefixFilled += 1;
    if (this.prefixFilled < LENGTH_BYTES) return offset + 1;
    const length = this.prefix.readUInt32BE(0);
    // A length of 0 is the whole message: waiting for its type would make the error depend on how the bytes are cut.
    if (this.prefixFilled < PREFIX_BYTES && length > 0) return offset + 1;
    this.prefixFilled = 0;
    return this.begin(length, this.prefix.readUInt8(LENGTH_BYTES), chunk, offset + 1);
  }

  /** Begins the message whose prefix has come; its body starts at `offset`. Returns where to go on in the chunk. */
  private begin(length: number, type: number, chunk: Buffer, offset: number): number {
    if (length === 0) throw new StreamerError('BAD_MESSAGE', 'A message has the length 0; its type byte is missing.');
    const bodyBytes = length - 1;
    if (!this.isWanted(type, bodyBytes)) {
      this.skipBytes = bodyBytes;
      return offset;
    }
    const end = offset + bodyBytes;
    if (end <= chunk.length) {
      const body = chunk.subarray(offset, end);
      // Every other message is decoded into values at once.
      this.deliver(type, this.reusesChunks && type === MessageType.FRAME ? Buffer.from(body) : body);
      return end;
    }
    this.type = type;
    this.body = Buffer.allocUnsafe(bodyBytes);
    this.bodyFilled = 0;
    return offset;
  }

  /** Whether a message is to be decoded (true) or skipped (false), from its prefix alone; throws when it may not come. */
  private isWanted(type: number, bodyBytes: number): boolean {
    const limit: number | undefined = MAX_BODY_BYTES[type as MessageType];
    if (limit !== undefined && !this.accepts.has(type as MessageType)) {
      throw new StreamerError('UNEXPECTED_MESSAGE', `${messageName(type)} is not for this side to receive.`);
    }
    const limitBytes = limit ?? MAX_UNKNOWN_BODY_BYTES;
    if (bodyBytes > limitBytes) throw messageTooLong(type, bodyBytes, limitBytes);
    return limit !== undefined;
  }

  private fillBody(body: Buffer, chunk: Buffer, offset: number): number {
    const copied = chunk.copy(body, this.bodyFilled, offset);
    this.bodyFilled += copied;
    if (this.bodyFilled === body.length) {
      this.body = null;
      this.deliver(this.type, body);
    }
    return offset + copied;
  }

  private skip(chunk: Buffer, offset: number): number {
    const skipped = Math.min(this.skipBytes, chunk.length - offset);
    this.skipBytes -= skipped;
    return offset + skipped;
  }

  private deliver(type: number, body: Buffer): void {
    const message = decodeMessage(type, body);
    if (message !== null) this.onMessage(message);
  }
}
