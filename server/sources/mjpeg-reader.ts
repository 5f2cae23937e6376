import type { IncomingMessage } from 'node:http';
import type { Clock } from '../../shared/clock.js';
import { toStreamerError } from '../../shared/errors.js';
import type { StreamerError } from '../../shared/errors.js';
import { boundaryOf } from '../../shared/jpeg/multipart-boundary.js';
import { MultipartParser } from '../../shared/jpeg/multipart-parser.js';
import type { MultipartPart } from '../../shared/jpeg/multipart-parser.js';
import { MAX_JPEG_BYTES } from '../../shared/protocol/messages.js';
import { readBody } from '../../shared/http/http-body.js';
import { mayBePicture } from '../../shared/http/http-content.js';
import type { JpegIntake } from './jpeg-intake.js';

/** A camera declares no rate for a multipart stream. */
const UNKNOWN_FPS = 0;

/** What comes of a multipart stream besides frames. */
export interface MjpegListener {
  /** The camera ended it, or the connection broke. */
  onClosed(): void;
  onError(error: StreamerError): void;
}

/**
 * Passes the pictures of a multipart answer on as they come, each as soon as its last byte is there: no queue, and
 * nothing held but the part that is under way.
 */
export class MjpegReader {
  private readonly parser: MultipartParser;
  private readonly stopReading: () => void;
  private arrivalTimeUs = 0;
  private hasParts = false;
  private isStopped = false;

  constructor(
    answer: IncomingMessage,
    private readonly intake: JpegIntake,
    private readonly clock: Clock,
    private readonly listener: MjpegListener,
  ) {
    this.parser = new MultipartParser({
      boundary: boundaryOf(answer.headers['content-type'] ?? ''),
      maxPartBytes: MAX_JPEG_BYTES,
      onPartStart: () => (this.arrivalTimeUs = this.clock.nowUs()),
      onPart: (part) => this.take(part),
    });
    this.stopReading = readBody(answer, {
      onChunk: (chunk) => this.push(chunk),
      onEnd: () => this.end(),
      onError: (error) => this.listener.onError(error),
    });
  }

  /** No more frames, even of what was read already. The connection stays as it is. */
  stop(): void {
    this.isStopped = true;
    this.stopReading();
  }

  private push(chunk: Buffer): void {
    this.parser.push(chunk);
    if (!this.parser.isClosed || this.isStopped) return;
    this.stop();
    this.listener.onClosed();
  }

  private take({ headers, body }: MultipartPart): void {
    this.hasParts = true;
    // Some cameras keep the connection alive with parts that are empty or text.
    if (this.isStopped || body.length === 0 || !mayBePicture(headers.get('content-type'))) return;
    const { arrivalTimeUs } = this;
    this.intake.accept({ bytes: body, arrivalTimeUs, header: (name) => headers.get(name), fps: UNKNOWN_FPS });
  }

  private end(): void {
    if (this.hasParts) return this.listener.onClosed();
    try {
      this.parser.end();
      this.listener.onClosed();
    } catch (thrown) {
      // Nothing of it was multipart at all.
      this.listener.onError(toStreamerError(thrown));
    }
  }
}
