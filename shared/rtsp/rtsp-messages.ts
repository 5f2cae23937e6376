/** Headers of a message by their names in lower case; of a name that comes more than once all values, in order. */
export type RtspHeaders = ReadonlyMap<string, readonly string[]>;

/** An answer of a server (RFC 2326, section 7). */
export interface RtspResponse {
  readonly status: number;
  /** What the server calls the status; may be empty, and hold anything that fits in a line. */
  readonly reason: string;
  readonly headers: RtspHeaders;
  readonly body: Buffer;
}

/** The head of a request that a server makes (RFC 2326, section 6). */
export interface RtspRequest {
  readonly method: string;
  readonly headers: RtspHeaders;
}

/** Where what was read goes. */
export interface RtspListener {
  onResponse(response: RtspResponse): void;
  onRequest(request: RtspRequest): void;
  /**
   * A packet of `lengthBytes`, such as one of RTP. It begins at `start` of `bytes`, which has all of it or at least
   * `KEPT_PACKET_BYTES`, and is valid during the call only.
   */
  onPacket?(channel: number, bytes: Buffer, start: number, lengthBytes: number): void;
}

/** What came is no RTSP, or more of it than is bearable; the message says what, without quoting the peer. */
export class RtspSyntaxError extends Error {
  override readonly name = 'RtspSyntaxError';
}

/** So much of a packet is there when it is handed on: more than one of RTP has on most networks. */
export const KEPT_PACKET_BYTES = 2048;
/** More than any answer needs. */
const MAX_HEAD_BYTES = 8192;
const MAX_BODY_BYTES = 65_536;
/** Empty lines before a message are allowed (RFC 2326, section 6), but somebody who sends no more is not read for ever. */
const MAX_EMPTY_LINES = 16;
const DOLLAR = 0x24;
const LINE_FEED = 0x0a;
/** A dollar sign, the channel, and the length of what follows (RFC 2326, section 10.12). */
const PREFIX_BYTES = 4;
const NOTHING = Buffer.alloc(0);

const STATUS_LINE = /^RTSP\/\d\.\d ([1-5]\d\d)(?: (.*))?$/;
const REQUEST_LINE = /^([A-Z_]{1,32}) \S+ RTSP\/\d\.\d$/;
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const NOT_IN_LINE = /[\r\0]/;
const LENGTH = /^\d{1,6}$/;

/**
 * Reads what a server sends: answers, requests of its own, whose bodies are skipped, and packets of RTP and RTCP in between.
 * Memory is bounded by the longest head and body, time is linear, and only packets that come in pieces are copied.
 */
export class RtspParser {
  /** The lines of the head that is coming, and the begin of the next one. */
  private lines: string[] = [];
  private line = '';
  private headBytes = 0;
  private emptyLines = 0;
  /** What came of the prefix of a packet. */
  private prefix: number[] = [];
  /** A packet that comes in pieces, or the body of an answer: what takes it, and how much of it is missing. */
  private rest: Rest | null = null;
  private missingBytes = 0;
  /** The begin of a packet that comes in pieces. */
  private kept = NOTHING;

  constructor(private readonly listener: RtspListener) {}

  /** Reads on. @throws {RtspSyntaxError} and must not be called again then; what was right before it was handed on. */
  push(chunk: Buffer): void {
    for (let at = 0; at < chunk.length;) at += this.take(chunk, at);
  }

  /** Takes something of `chunk` from `at` on, and returns how much. */
  private take(chunk: Buffer, at: number): number {
    if (this.rest) return this.takeRest(this.rest, chunk, at);
    const isBetween = this.lines.length === 0 && this.line === '';
    if (this.prefix.length > 0) return this.takePrefix(chunk[at] ?? 0);
    if (isBetween && chunk[at] === DOLLAR) return this.takePacket(chunk, at);
    return this.takeLine(chunk, at);
  }

  private takePacket(chunk: Buffer, at: number): number {
    if (at + PREFIX_BYTES > chunk.length) return this.takePrefix(DOLLAR);
    const lengthBytes = (chunk[at + 2] ?? 0) * 256 + (chunk[at + 3] ?? 0);
    const start = at + PREFIX_BYTES;
    if (start + lengthBytes > chunk.length) {
      this.beginPacket(chunk[at + 1] ?? 0, lengthBytes);
      return PREFIX_BYTES;
    }
    this.emptyLines = 0;
    this.listener.onPacket?.(chunk[at + 1] ?? 0, chunk, start, lengthBytes);
    return PREFIX_BYTES + lengthBytes;
  }

  private takePrefix(byte: number): number {
    this.prefix.push(byte);
    const [, channel = 0, high = 0, low = 0] = this.prefix;
    if (this.prefix.length === PREFIX_BYTES) {
      this.prefix = [];
      this.beginPacket(channel, high * 256 + low);
    }
    return 1;
  }

  private beginPacket(channel: number, lengthBytes: number): void {
    this.emptyLines = 0;
    if (this.listener.onPacket && this.kept.length === 0) this.kept = Buffer.allocUnsafeSlow(KEPT_PACKET_BYTES);
    this.begin(lengthBytes, {
      // A copy into what is full copies nothing.
      take: (chunk, at, end) => void chunk.copy(this.kept, lengthBytes - this.missingBytes, at, end),
      end: () => this.listener.onPacket?.(channel, this.kept, 0, lengthBytes),
    });
  }

  private begin(lengthBytes: number, rest: Rest): void {
    this.missingBytes = lengthBytes;
    if (lengthBytes > 0) this.rest = rest;
    else rest.end();
  }

  private takeRest(rest: Rest, chunk: Buffer, at: number): number {
    const taken = Math.min(chunk.length - at, this.missingBytes);
    rest.take(chunk, at, at + taken);
    this.missingBytes -= taken;
    if (this.missingBytes === 0) {
      this.rest = null;
      rest.end();
    }
    return taken;
  }

  private takeLine(chunk: Buffer, at: number): number {
    const end = chunk.indexOf(LINE_FEED, at);
    const next = end < 0 ? chunk.length : end + 1;
    this.headBytes += next - at;
    if (this.headBytes > MAX_HEAD_BYTES) throw new RtspSyntaxError('a head that is too long');
    this.line += chunk.toString('latin1', at, next);
    if (end >= 0) this.endLine();
    return next - at;
  }

  private endLine(): void {
    const line = this.line.replace(/\r?\n$/, '');
    this.line = '';
    // Sent back, as a realm is, it would end a line for some servers.
    if (NOT_IN_LINE.test(line)) throw new RtspSyntaxError('a line with a carriage return or a zero byte in it');
    if (line !== '') this.lines.push(line);
    else if (this.lines.length > 0) this.endHead();
    else this.onEmptyLine();
  }

  private onEmptyLine(): void {
    this.headBytes = 0;
    this.emptyLines += 1;
    if (this.emptyLines > MAX_EMPTY_LINES) throw new RtspSyntaxError('empty lines without end');
  }

  private endHead(): void {
    const [first = '', ...rest] = this.lines;
    this.lines = [];
    this.headBytes = 0;
    this.emptyLines = 0;
    const headers = parseHeaders(rest);
    const bodyBytes = bodyLengthOf(headers);
    const status = STATUS_LINE.exec(first);
    const request = REQUEST_LINE.exec(first);
    if (status) return this.beginBody(bodyBytes, { status: Number(status[1]), reason: status[2] ?? '', headers });
    if (request?.[1] === undefined) throw new RtspSyntaxError('a first line that is none of RTSP');
    this.listener.onRequest({ method: request[1], headers });
    this.begin(bodyBytes, { take: () => undefined, end: () => undefined });
  }

  private beginBody(bodyBytes: number, response: Omit<RtspResponse, 'body'>): void {
    const body = bodyBytes === 0 ? NOTHING : Buffer.allocUnsafeSlow(bodyBytes);
    this.begin(bodyBytes, {
      take: (chunk, at, end) => void chunk.copy(body, bodyBytes - this.missingBytes, at, end),
      end: () => this.listener.onResponse({ ...response, body }),
    });
  }
}

/** What follows a prefix or a head, and comes in pieces. */
interface Rest {
  /** The bytes from `at` to `end` are its next ones. */
  take(chunk: Buffer, at: number, end: number): void;
  end(): void;
}

function parseHeaders(lines: readonly string[]): RtspHeaders {
  const headers = new Map<string, string[]>();
  let last: string[] | null = null;
  for (const line of lines) {
    // A line that begins with space goes on with the header before it.
    if (/^[ \t]/.test(line)) {
      if (!last) throw new RtspSyntaxError('a header without a name');
      last.push(`${last.pop() ?? ''} ${line.trim()}`);
      continue;
    }
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(0, colon)).trimEnd().toLowerCase();
    if (!HEADER_NAME.test(name)) throw new RtspSyntaxError('a header without a name');
    last = headers.get(name) ?? [];
    last.push(line.slice(colon + 1).trim());
    headers.set(name, last);
  }
  return headers;
}

function bodyLengthOf(headers: RtspHeaders): number {
  const [length = '0', ...more] = headers.get('content-length') ?? [];
  if (more.some((other) => other !== length) || !LENGTH.test(length))
    throw new RtspSyntaxError('a length that is none');
  if (Number(length) > MAX_BODY_BYTES) throw new RtspSyntaxError('a body that is too long');
  return Number(length);
}
