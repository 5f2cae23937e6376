import type { IncomingMessage } from 'node:http';
import type { Clock } from '../../shared/clock.js';
import { toStreamerError } from '../../shared/errors.js';
import type { StreamerError } from '../../shared/errors.js';
import { readBody } from '../../shared/http/http-body.js';
import { mayBePicture } from '../../shared/http/http-content.js';
import { failure } from '../../shared/http/http-errors.js';
import { statedResolutionUs, statedTime } from '../../shared/http/stated-time.js';
import { startsWithSoi } from '../../shared/jpeg/jpeg-scanner.js';
import { boundaryOf } from '../../shared/jpeg/multipart-boundary.js';
import { MultipartParser } from '../../shared/jpeg/multipart-parser.js';
import type { MultipartPart } from '../../shared/jpeg/multipart-parser.js';
import { MAX_JPEG_BYTES } from '../../shared/protocol/messages.js';
import type { Gap, SequenceTracker } from '../../shared/receiver/sequence-tracker.js';
import type { ArrivedFrame, LoadSink, SourceFacts } from './load-source.js';
import { SilenceWatch } from './silence-watch.js';

/** Where a session is in the numbers of a stream; it lives longer than a connection, so that an outage shows as lost frames. */
export interface NumberedPlace {
  readonly sequence: SequenceTracker;
  /** Whether pictures had numbers so far. */
  isNumbered: boolean;
}

/** What is read, and by which clock. */
export interface MjpegStreamOptions {
  readonly url: URL;
  readonly clock: Clock;
  /** How far the clock of the stated times may be from ours; null where nobody knows it, and there is no latency. */
  readonly clockErrorUs: number | null;
  readonly place: NumberedPlace;
}

/** The connection is given up when nothing comes for so long, or a bit longer. */
const SILENCE_TIMEOUT_US = 10_000_000;
/** Enough for the line ends that some cameras put before a picture, and its first marker. */
const KEPT_BYTES = 16;
const SEQUENCE = /^\d{1,15}$/;
const LINE_ENDS: ReadonlySet<number | undefined> = new Set([0x0d, 0x0a]);

/**
 * Counts the pictures in a multipart answer. Each is there with its last byte, or with the next delimiter where nothing
 * says how long it is; one that the end of the stream cuts off is not counted. Of numbers in `X-Sequence` that are missing,
 * also while there was no connection, the pictures are lost, and `X-Timestamp` is their capture time.
 */
export class MjpegStream {
  private readonly parser: MultipartParser;
  private silence: SilenceWatch | null = null;
  private stopReading: () => void = () => undefined;
  private facts: SourceFacts;
  private chunkTimeUs = 0;
  private hasParts = false;
  private hasNumber = false;

  /** @param onEnd called once with what ended it, null for the delimiter that ends a stream; not after `stop` */
  constructor(
    private readonly answer: IncomingMessage,
    private readonly options: MjpegStreamOptions,
    private readonly sink: Pick<LoadSink, 'onFacts' | 'onFrame' | 'onLost' | 'onCorrupt'>,
    private readonly onEnd: (error: StreamerError | null) => void,
  ) {
    this.facts = { nominalFps: null, latencySource: 'none', canTellLost: options.place.isNumbered };
    this.parser = new MultipartParser({
      boundary: boundaryOf(answer.headers['content-type'] ?? ''),
      maxPartBytes: MAX_JPEG_BYTES,
      keptBytes: KEPT_BYTES,
      onPartStart: () => undefined,
      onPart: (part) => this.onPart(part),
    });
  }

  /** Begins to read. */
  start(): void {
    const { clock, url } = this.options;
    this.silence = new SilenceWatch(clock, SILENCE_TIMEOUT_US, () =>
      this.end(failure('SOURCE_TIMEOUT', url, 'nothing came for 10 s.')),
    );
    this.stopReading = readBody(this.answer, {
      onChunk: (chunk) => this.onChunk(chunk),
      onEnd: () => this.onBodyEnd(),
      onError: (error) => this.end(error),
    });
    this.sink.onFacts(this.facts);
  }

  /** No more pictures, even of what was read already. The connection stays as it is. */
  stop(): void {
    this.silence?.stop();
    this.stopReading();
  }

  private onChunk(chunk: Buffer): void {
    this.chunkTimeUs = this.options.clock.nowUs();
    this.silence?.hear();
    this.parser.push(chunk);
    if (this.parser.isClosed) this.end(null);
  }

  private onPart({ headers, body, lengthBytes }: MultipartPart): void {
    this.hasParts = true;
    // Some cameras keep the connection alive with parts that are empty or text.
    if (body.length === 0 || !mayBePicture(headers.get('content-type'))) return;
    const header = (name: string) => headers.get(name);
    this.countLost(header('x-sequence'));
    this.sink.onFrame({
      arrivalTimeUs: this.chunkTimeUs,
      lengthBytes,
      capture: this.captureOf(header),
      stagesUs: null,
    });
    if (!beginsWithPicture(body)) this.sink.onCorrupt();
  }

  private countLost(number: string | undefined): void {
    if (number === undefined || !SEQUENCE.test(number)) return;
    const { place } = this.options;
    place.isNumbered = true;
    if (!this.facts.canTellLost) this.learn({ canTellLost: true });
    const lost = this.gapBefore(Number(number))?.lost ?? 0;
    this.hasNumber = true;
    if (lost > 0) this.sink.onLost(lost);
  }

  private gapBefore(number: number): Gap | null {
    const { sequence } = this.options.place;
    const gap = sequence.onFrame(number);
    if (gap || this.hasNumber) return gap;
    // A connection that begins with an old number is one to a server that counts anew.
    sequence.restart();
    return sequence.onFrame(number);
  }

  private captureOf(header: (name: string) => string | undefined): ArrivedFrame['capture'] {
    const { clockErrorUs } = this.options;
    const stated = clockErrorUs === null ? null : statedTime(header);
    if (clockErrorUs === null || !stated) return null;
    if (this.facts.latencySource === 'none') this.learn({ latencySource: 'X-Timestamp' });
    return { timeUs: stated.timeUs, errorUs: clockErrorUs + (stated.errorUs ?? 0) + statedResolutionUs(header) };
  }

  private learn(news: Partial<SourceFacts>): void {
    this.facts = { ...this.facts, ...news };
    this.sink.onFacts(this.facts);
  }

  private onBodyEnd(): void {
    const closed = failure('SOURCE_FAILED', this.options.url, 'the server closed the connection.');
    if (this.hasParts) return this.end(closed);
    try {
      this.parser.end();
      this.end(closed);
    } catch (thrown) {
      // Nothing of it was multipart at all.
      this.end(toStreamerError(thrown));
    }
  }

  private end(error: StreamerError | null): void {
    this.stop();
    this.onEnd(error);
  }
}

/** Some cameras put one line end too many behind the headers of a part. */
function beginsWithPicture(head: Buffer): boolean {
  let start = 0;
  while (LINE_ENDS.has(head[start])) start += 1;
  return startsWithSoi(head.subarray(start));
}
