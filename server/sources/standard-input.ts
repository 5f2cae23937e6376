import type { Readable } from 'node:stream';
import type { Clock } from '../../shared/clock.js';
import { StreamerError, toStreamerError } from '../../shared/errors.js';
import { HEAD_BYTES, contentOfBytes } from '../../shared/http/http-content.js';
import type { HttpContent } from '../../shared/http/http-content.js';
import { JpegCutter } from './jpeg-cutter.js';
import type { CutJpeg } from './jpeg-cutter.js';

/** What standard input carries: JPEGs, a container for FFmpeg, or nothing that is video. */
export type InputContent = Exclude<HttpContent, 'unknown'>;

/** Told what comes in; first what it is, then pictures or bytes, then its end. */
export interface InputReader {
  onContent(content: InputContent): void;
  /** A JPEG, where the content is made of them. */
  onPicture(picture: CutJpeg): void;
  /** The next bytes of a container. */
  onBytes(chunk: Buffer): void;
  /** Something in between could not be read; what comes then may be told all the same. */
  onError(error: StreamerError): void;
  /** Nothing more comes; with an error when it broke off. */
  onEnd(error: StreamerError | null): void;
}

/**
 * The standard input of a process, which can be read once, by one reader at a time. From its first reader on it is read
 * for ever: without a reader, what comes is dropped, so that who writes never waits and nothing is old when the next
 * reader comes.
 */
export class StandardInput {
  private input: Readable | null = null;
  private reader: InputReader | null = null;
  private isContentTold = false;
  private head: Buffer = Buffer.alloc(0);
  private content: InputContent | null = null;
  private cutter: JpegCutter | null = null;
  private ending: { readonly error: StreamerError | null } | null = null;
  private isListening = false;
  private isClosed = false;

  /** @param open opens it, when the first source asks for it */
  constructor(
    private readonly open: () => Readable,
    private readonly clock: Clock,
  ) {}

  /** Whether something of it was read before, so that who reads on does so in its middle. */
  get wasRead(): boolean {
    return this.content !== null;
  }

  /** Sees to it that there is something to read. Throws StreamerError BAD_USAGE when it is a terminal. */
  check(): void {
    this.input ??= this.open();
    if (!isTerminal(this.input)) return;
    const example = 'ffmpeg -i … -f mjpeg - | streamer-server -';
    throw new StreamerError('BAD_USAGE', `Nothing is piped into standard input; give it video: ${example}`);
  }

  /**
   * Hands what comes from now on to `reader`, later than this returns. Returns what takes that back.
   *
   * @throws {StreamerError} BAD_USAGE when it is a terminal or another reader has it.
   */
  attach(reader: InputReader): () => void {
    if (this.reader)
      throw new StreamerError('BAD_USAGE', 'Standard input can be one source only; remove the other one.');
    this.check();
    this.reader = reader;
    this.listen();
    this.isContentTold = false;
    queueMicrotask(() => this.tellWhatIsKnown(reader));
    return () => {
      if (this.reader !== reader) return;
      this.reader = null;
      this.resume();
    };
  }

  /** Reads no more until `resume`, since the reader cannot take more bytes. */
  pause(): void {
    this.input?.pause();
  }

  resume(): void {
    if (!this.isClosed) this.input?.resume();
  }

  /** Ends it for good, so that it does not keep the process alive. */
  close(): void {
    this.isClosed = true;
    this.reader = null;
    this.input?.destroy();
  }

  private listen(): void {
    const { input } = this;
    if (!input || this.isListening) return;
    this.isListening = true;
    input.on('data', (chunk: Buffer) => this.take(chunk));
    input.once('end', () => this.end(null));
    input.on('error', (cause) => this.end(unreadable(cause)));
    input.once('close', () => this.end(null));
    input.resume();
    // An input that came to its end before anybody listened tells nobody.
    if (input.readableEnded || input.destroyed) this.ending = { error: null };
  }

  private tellWhatIsKnown(reader: InputReader): void {
    if (this.reader !== reader) return;
    if (this.ending) this.tellEnd();
    else this.tellContent();
  }

  /** Bytes may come sooner than what was known when the reader came is told. */
  private tellContent(): void {
    if (this.isContentTold || !this.content) return;
    this.isContentTold = true;
    this.reader?.onContent(this.content);
  }

  /** Once a reader: it leaves when it hears it. */
  private tellEnd(): void {
    const { reader, ending } = this;
    if (!ending || !reader) return;
    this.reader = null;
    reader.onEnd(ending.error);
  }

  private take(chunk: Buffer): void {
    if (this.content) return this.pass(chunk);
    this.head = Buffer.concat([this.head, chunk]);
    if (this.head.length >= HEAD_BYTES) this.recognize();
  }

  private recognize(): void {
    const { head } = this;
    this.head = Buffer.alloc(0);
    this.content = contentOfBytes(head);
    if (this.content === 'jpeg' || this.content === 'multipart') {
      this.cutter = new JpegCutter(this.content, this.clock, (picture) => this.reader?.onPicture(picture));
    }
    this.pass(head);
  }

  private pass(chunk: Buffer): void {
    this.tellContent();
    if (!this.cutter) return this.reader?.onBytes(chunk);
    try {
      this.cutter.push(chunk);
    } catch (thrown) {
      this.reader?.onError(toStreamerError(thrown));
    }
  }

  private end(error: StreamerError | null): void {
    if (this.ending || this.isClosed) return;
    if (!this.content && this.head.length > 0) this.recognize();
    this.ending = { error };
    this.tellEnd();
  }
}

function isTerminal(input: Readable): boolean {
  return 'isTTY' in input && input.isTTY === true;
}

function unreadable(cause: Error): StreamerError {
  return new StreamerError('SOURCE_UNREADABLE', `Standard input cannot be read: ${cause.message}.`, { cause });
}
