import { StreamerError } from '../errors.js';
import { JpegScanner, MORE } from './jpeg-scanner.js';
import { MultipartDelimiter, type DelimiterMatch } from './multipart-delimiter.js';
import { MultipartHeaders, contentLengthOf } from './multipart-headers.js';
import { MultipartPreamble } from './multipart-preamble.js';
import { PendingBytes } from './pending-bytes.js';

/** What a parser needs. */
export interface MultipartOptions {
  /** From the Content-Type, see `boundaryOf`; null takes it from the first line that can be one. */
  readonly boundary: string | null;
  /** The longest body it takes, in bytes. */
  readonly maxPartBytes: number;
  /** So many bytes of each body are kept, for whoever only counts; all of them by default. */
  readonly keptBytes?: number;
  /**
   * The first byte of a part came: of its headers, because many senders write the delimiter with the part before. It is
   * called again at the first byte of a body whose length the headers do not give, since such headers may be sent long
   * before the picture is there. The last call before `onPart` counts.
   */
  readonly onPartStart: () => void;
  /** A part is complete. */
  readonly onPart: (part: MultipartPart) => void;
}

/** One part. */
export interface MultipartPart {
  /** Names in lower case; values as they came, each byte a character (latin1). */
  readonly headers: ReadonlyMap<string, string>;
  /** Its memory belongs to nobody else. */
  readonly body: Buffer;
  /** Of its headers and its whole body, as they came. */
  readonly lengthBytes: number;
}

/**
 * Where the parser is: before the first delimiter; in a part's headers; in a body of known length; in one that ends
 * with a delimiter; behind a body whose end was known; between parts, with no idea of what came; behind the last part.
 */
type State = 'preamble' | 'headers' | 'counted' | 'open' | 'behind' | 'lost' | 'closed';

const MAX_HEADER_BYTES = 16 * 1024;
const LF = 0x0a;
const CR = 0x0d;
const NO_BODY = Buffer.alloc(0);
const CHECK_ADDRESS = 'check that the address is the one of an MJPEG stream';

/**
 * Takes a multipart stream (RFC 2046, section 5.1; cameras send it as `multipart/x-mixed-replace`) apart, however it is
 * chunked and however freely the sender reads the RFC. A body is delivered with its last byte: by its Content-Length,
 * without one at the end of the JPEG it holds, and only otherwise at the next delimiter. When a Content-Length turns out
 * to be wrong, no later one is believed.
 *
 * It holds at most `maxPartBytes`, a block of headers and one chunk. A chunk may be written to again once `push` has
 * returned. `onPart` must not call `push`.
 */
export class MultipartParser {
  private state: State = 'preamble';
  private readonly preamble: MultipartPreamble;
  private readonly pending: PendingBytes;
  private readonly scanner = new JpegScanner();
  /** Of no use before the preamble is over. */
  private delimiter = new MultipartDelimiter('');
  private headers = new MultipartHeaders();
  private headerBytes = 0;
  private body = NO_BODY;
  private bodyBytes = 0;
  private bodyFilled = 0;
  /** How many of the bytes that wait were looked at before. */
  private seenBytes = 0;
  private skippedBytes = 0;
  private isStartTold = false;
  private trustsLengths = true;

  constructor(private readonly options: MultipartOptions) {
    this.preamble = new MultipartPreamble(options.boundary);
    this.pending = new PendingBytes(options.maxPartBytes + MAX_HEADER_BYTES);
  }

  /** Bytes of memory held for an unfinished part. */
  get bufferedBytes(): number {
    return this.pending.capacityBytes + this.body.length;
  }

  /** Whether the delimiter that ends the stream has come; what follows it is ignored. */
  get isClosed(): boolean {
    return this.state === 'closed';
  }

  /**
   * Takes the next bytes. Throws StreamerError SOURCE_BAD_ANSWER when a part or its headers are too long or no part can
   * be found; what a callback throws passes through. Either ends the parser: it must not be used again.
   */
  push(chunk: Buffer): void {
    const view = this.pending.join(chunk);
    let offset = 0;
    while (offset < view.length) {
      const next = this.step(view, offset);
      if (next === MORE) break;
      this.seenBytes = 0;
      offset = next;
    }
    this.pending.keep(view, offset);
  }

  /** Nothing more comes. Throws StreamerError SOURCE_BAD_ANSWER when no part ever began, or one is cut off. */
  end(): void {
    if (this.state === 'preamble') throw badAnswer('The source ends before the first part of a picture stream');
    const hasNoHeader = this.state === 'headers' && this.headerBytes + this.pending.lengthBytes === 0;
    if (hasNoHeader || this.state === 'behind' || this.state === 'closed') return;
    throw new StreamerError('SOURCE_BAD_ANSWER', 'The source ends within a picture; check its power and its network.');
  }

  /** Takes what stands at `offset`; returns where to go on, or MORE when it is not complete. */
  private step(view: Buffer, offset: number): number {
    switch (this.state) {
      case 'preamble':
        return this.readPreamble(view, offset);
      case 'headers':
        return this.readHeader(view, offset);
      case 'counted':
        return this.fillBody(view, offset);
      case 'open':
        return this.searchEnd(view, offset);
      case 'behind':
        return this.readDelimiter(view, offset);
      case 'lost':
        return this.searchDelimiter(view, offset);
      case 'closed':
        return view.length;
    }
  }

  private readPreamble(view: Buffer, offset: number): number {
    const endOffset = this.preamble.read(view, offset);
    if (this.preamble.delimiter === null) return this.skip(offset, endOffset);
    this.delimiter = new MultipartDelimiter(this.preamble.delimiter);
    this.beginPart();
    return endOffset;
  }

  private readHeader(view: Buffer, offset: number): number {
    this.tellStart();
    const lineEnd = view.indexOf(LF, offset + this.seenBytes);
    const lengthBytes = (lineEnd === -1 ? view.length : lineEnd + 1) - offset;
    if (this.headerBytes + lengthBytes > MAX_HEADER_BYTES) {
      throw badAnswer(`The source sends a part with more than ${MAX_HEADER_BYTES} bytes of headers`);
    }
    if (lineEnd === -1) {
      this.seenBytes = lengthBytes;
      return MORE;
    }
    this.headerBytes += lengthBytes;
    this.takeLine(view.toString('latin1', offset, lineEnd).trimEnd());
    return lineEnd + 1;
  }

  private takeLine(line: string): void {
    if (line === '') this.beginBody();
    else if (line === this.delimiter.text) this.beginPart();
    else if (line === `${this.delimiter.text}--`) this.state = 'closed';
    else this.headers.add(line);
  }

  private beginPart(): void {
    this.state = 'headers';
    this.headers = new MultipartHeaders();
    this.headerBytes = 0;
    this.skippedBytes = 0;
    this.isStartTold = false;
  }

  private beginBody(): void {
    const lengthBytes = contentLengthOf(this.headers.fields);
    if (lengthBytes === null) this.isStartTold = false;
    if (lengthBytes === null || !this.trustsLengths) {
      this.state = 'open';
      this.scanner.reset();
      return;
    }
    this.checkLength(lengthBytes);
    this.state = 'counted';
    // What waited in pieces was headers, or a body without a length: two such buffers would be above the bound.
    this.pending.release();
    this.body = this.memoryFor(lengthBytes);
    this.bodyBytes = lengthBytes;
    this.bodyFilled = 0;
    if (lengthBytes === 0) this.deliver(this.body, 0);
  }

  private fillBody(view: Buffer, offset: number): number {
    const taken = Math.min(this.bodyBytes - this.bodyFilled, view.length - offset);
    if (this.bodyFilled < this.body.length) view.copy(this.body, this.bodyFilled, offset, offset + taken);
    this.bodyFilled += taken;
    if (this.bodyFilled === this.bodyBytes) this.deliver(this.body, this.bodyBytes);
    return offset + taken;
  }

  /** Looks for the end of a body without a length that begins at `offset`. */
  private searchEnd(view: Buffer, offset: number): number {
    this.tellStart();
    if (this.seenBytes === 0) {
      // The line end before the delimiter of an empty body may be the one of its headers.
      const atOnce = this.delimiter.match(view, offset);
      if (atOnce.kind === 'partial') return MORE;
      if (atOnce.kind !== 'none') return this.deliverUntil(view, offset, offset, atOnce);
    }
    const place = this.delimiter.find(view, offset + this.seenBytes);
    const isFound = place.kind === 'open' || place.kind === 'close';
    const lengthBytes = this.scanner.scan(view.subarray(offset, isFound ? place.lineEndOffset : view.length));
    if (lengthBytes > 0) {
      this.deliverOf(view, offset, offset + lengthBytes);
      return offset + lengthBytes;
    }
    if (isFound) return this.deliverUntil(view, offset, place.lineEndOffset, place);
    this.seenBytes = place.lineEndOffset - offset;
    this.checkLength(this.seenBytes - 1);
    return MORE;
  }

  private deliverUntil(view: Buffer, offset: number, lineEndOffset: number, match: DelimiterMatch): number {
    const hasCr = lineEndOffset > offset && view[lineEndOffset - 1] === CR;
    this.deliverOf(view, offset, hasCr ? lineEndOffset - 1 : lineEndOffset);
    return this.pass(match);
  }

  /** Reads the delimiter that follows a body whose end was known. */
  private readDelimiter(view: Buffer, offset: number): number {
    let at = offset;
    while (view[at] === CR || view[at] === LF) at += 1;
    const match = this.delimiter.match(view, at);
    if (match.kind === 'partial') return at === offset ? MORE : at;
    if (match.kind !== 'none') return this.pass(match);
    // Either the length was wrong, or there is padding, and then the ends of the JPEGs serve as well.
    this.trustsLengths = false;
    this.state = 'lost';
    return offset;
  }

  private searchDelimiter(view: Buffer, offset: number): number {
    const place = this.delimiter.find(view, offset);
    if (place.kind === 'open' || place.kind === 'close') return this.pass(place);
    return this.skip(offset, place.lineEndOffset);
  }

  /** Goes behind a delimiter. */
  private pass(match: DelimiterMatch): number {
    if (match.kind === 'close') this.state = 'closed';
    else this.beginPart();
    return match.endOffset;
  }

  /** Leaves out what is in no part. */
  private skip(offset: number, endOffset: number): number {
    if (endOffset === offset) return MORE;
    this.skippedBytes += endOffset - offset;
    if (this.skippedBytes <= this.options.maxPartBytes) return endOffset;
    throw badAnswer(`The source sends more than ${this.options.maxPartBytes} bytes that belong to no part`);
  }

  private tellStart(): void {
    if (this.isStartTold) return;
    this.isStartTold = true;
    this.options.onPartStart();
  }

  private deliverOf(view: Buffer, offset: number, endOffset: number): void {
    this.checkLength(endOffset - offset);
    const body = this.memoryFor(endOffset - offset);
    view.copy(body, 0, offset, endOffset);
    this.deliver(body, endOffset - offset);
  }

  private deliver(body: Buffer, bodyBytes: number): void {
    this.state = 'behind';
    this.body = NO_BODY;
    this.options.onPart({ headers: this.headers.fields, body, lengthBytes: this.headerBytes + bodyBytes });
  }

  private memoryFor(bodyBytes: number): Buffer<ArrayBuffer> {
    return Buffer.allocUnsafeSlow(Math.min(bodyBytes, this.options.keptBytes ?? bodyBytes));
  }

  private checkLength(lengthBytes: number): void {
    const { maxPartBytes } = this.options;
    if (lengthBytes <= maxPartBytes) return;
    const text = `The source sends a picture of more than ${maxPartBytes} bytes; lower its resolution or quality.`;
    throw new StreamerError('SOURCE_BAD_ANSWER', text);
  }
}

function badAnswer(problem: string): StreamerError {
  return new StreamerError('SOURCE_BAD_ANSWER', `${problem}; ${CHECK_ADDRESS}.`);
}
