import type { IncomingMessage } from 'node:http';
import type { CancelTimer } from '../../shared/clock.js';
import { toStreamerError } from '../../shared/errors.js';
import { readBody } from '../../shared/http/http-body.js';
import { mayBePicture } from '../../shared/http/http-content.js';
import { failure } from '../../shared/http/http-errors.js';
import { statedResolutionUs, statedTime } from '../../shared/http/stated-time.js';
import { readJpegInfo } from '../../shared/jpeg/jpeg-info.js';
import { boundaryOf } from '../../shared/jpeg/multipart-boundary.js';
import { MultipartParser } from '../../shared/jpeg/multipart-parser.js';
import type { MultipartPart } from '../../shared/jpeg/multipart-parser.js';
import { MAX_JPEG_BYTES } from '../../shared/protocol/messages.js';
import { SequenceTracker } from '../../shared/receiver/sequence-tracker.js';
import { LumaQueue } from './luma-queue.js';
import type { ReaderParts } from './reader-parts.js';
import type { ProbedPicture, ProbeSink } from './probe-events.js';

/** The connection is given up when nothing comes for so long. */
const SILENCE_TIMEOUT_US = 10_000_000;
const SEQUENCE = /^\d{1,15}$/;

/**
 * Reads the pictures of a multipart answer. Each arrives with its last byte where its headers say how long it is, and with
 * the next delimiter otherwise. `X-Timestamp` is its capture time by the clock of `--clock`; of numbers in `X-Sequence` that
 * are missing the pictures are lost.
 */
export class MjpegReader {
  private readonly parser: MultipartParser;
  private readonly pictures: LumaQueue;
  private readonly sequence = new SequenceTracker();
  private readonly stopReading: () => void;
  private chunkTimeUs = 0;
  private hasParts = false;
  private cancelSilence: CancelTimer = () => undefined;

  constructor(
    answer: IncomingMessage,
    private readonly url: URL,
    private readonly parts: Pick<ReaderParts, 'clock' | 'clockAt'>,
    private readonly sink: ProbeSink,
  ) {
    this.pictures = new LumaQueue(sink);
    this.parser = new MultipartParser({
      boundary: boundaryOf(answer.headers['content-type'] ?? ''),
      maxPartBytes: MAX_JPEG_BYTES,
      onPartStart: () => undefined,
      onPart: (part) => this.onPart(part),
    });
    this.watchSilence();
    sink.onFacts({ codec: 'mjpeg', nominalFps: null, delays: [] });
    this.stopReading = readBody(answer, {
      onChunk: (chunk) => this.onChunk(chunk),
      onEnd: () => this.onEnd(),
      onError: (error) => this.end(() => this.sink.onError(error)),
    });
  }

  /** No more pictures, even of what was read already. The connection stays as it is. */
  stop(): void {
    this.cancelSilence();
    this.stopReading();
    this.pictures.stop();
  }

  private onChunk(chunk: Buffer): void {
    this.chunkTimeUs = this.parts.clock.nowUs();
    this.watchSilence();
    this.parser.push(chunk);
    if (this.parser.isClosed) this.end(() => this.sink.onEnd());
  }

  private onPart({ headers, body }: MultipartPart): void {
    this.hasParts = true;
    // Some cameras keep the connection alive with parts that are empty or text.
    if (body.length === 0 || !mayBePicture(headers.get('content-type'))) return;
    const size = sizeOf(body);
    if (!size) {
      this.pictures.then(() => this.sink.onBytes(body.length));
      return this.pictures.then(() => this.sink.onCorrupt());
    }
    this.countLost(headers.get('x-sequence'));
    const header = (name: string) => headers.get(name);
    const mediaTimeUs = statedTime(header)?.timeUs ?? null;
    const stated = this.statedBy(header);
    this.pictures.push(
      { arrivalTimeUs: this.chunkTimeUs, mediaTimeUs, lengthBytes: body.length, ...size, stated },
      body,
    );
  }

  private countLost(number: string | undefined): void {
    if (number === undefined || !SEQUENCE.test(number)) return;
    const lost = this.sequence.onFrame(Number(number))?.lost ?? 0;
    if (lost > 0) this.pictures.then(() => this.sink.onLost(lost));
  }

  private statedBy(header: (name: string) => string | undefined): ProbedPicture['stated'] {
    const stated = statedTime(header);
    const clock = stated && this.parts.clockAt(this.chunkTimeUs);
    if (!clock) return null;
    const errorUs = clock.errorUs + (stated.errorUs ?? 0) + statedResolutionUs(header);
    return { captureTimeUs: stated.timeUs - clock.offsetUs, errorUs };
  }

  private onEnd(): void {
    const closed = failure('SOURCE_FAILED', this.url, 'the server closed the connection.');
    if (this.hasParts) return this.end(() => this.sink.onError(closed));
    try {
      this.parser.end();
      this.end(() => this.sink.onEnd());
    } catch (thrown) {
      // Nothing of it was multipart at all.
      this.end(() => this.sink.onError(toStreamerError(thrown)));
    }
  }

  private watchSilence(): void {
    this.cancelSilence();
    this.cancelSilence = this.parts.clock.schedule(SILENCE_TIMEOUT_US, () =>
      this.end(() => this.sink.onError(failure('SOURCE_TIMEOUT', this.url, 'nothing came for 10 s.'))),
    );
  }

  /** Behind the pictures that came before. */
  private end(tell: () => void): void {
    this.cancelSilence();
    this.stopReading();
    this.pictures.then(tell);
  }
}

function sizeOf(jpeg: Buffer): { readonly width: number; readonly height: number } | null {
  try {
    const { width, height } = readJpegInfo(jpeg);
    return { width, height };
  } catch {
    return null;
  }
}
