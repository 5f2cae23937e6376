import type { IncomingMessage } from 'node:http';
import type { CancelTimer, Clock } from '../../shared/clock.js';
import { StreamerError, toStreamerError } from '../../shared/errors.js';
import { JpegSplitter } from '../../shared/jpeg/jpeg-splitter.js';
import { MAX_JPEG_BYTES } from '../../shared/protocol/messages.js';
import { readBody } from '../../shared/http/http-body.js';
import type { HttpClient } from '../../shared/http/http-client.js';
import { contentOfType } from '../../shared/http/http-content.js';
import { contentError, failure } from '../../shared/http/http-errors.js';
import type { JpegIntake } from './jpeg-intake.js';

/** What a poller works with. */
export interface JpegPollerOptions {
  readonly url: URL;
  readonly client: HttpClient;
  readonly intake: JpegIntake;
  /** Requests per second. */
  readonly fps: number;
  readonly onError: (error: StreamerError) => void;
}

/** A request that brings no picture for so long is given up. */
const PICTURE_TIMEOUT_US = 10_000_000;
/** Of a body that goes on after its first picture, the camera chooses the rate. */
const UNKNOWN_FPS = 0;

/**
 * Asks for a picture again and again, on an absolute schedule: the n-th request is due at start + n/fps. There are never
 * two at once; what falls due while one is under way is left out. Cameras that send picture after picture in one answer
 * are read as they come.
 */
export class JpegPoller {
  private readonly startTimeUs: number;
  private readonly intervalUs: number;
  private cancelTimer: CancelTimer | null = null;
  private stopReading: (() => void) | null = null;
  /** An answer held more than one picture. */
  private isStream = false;
  private isStopped = false;

  constructor(
    private readonly options: JpegPollerOptions,
    private readonly clock: Clock,
  ) {
    this.startTimeUs = clock.nowUs();
    this.intervalUs = 1_000_000 / options.fps;
  }

  /** Takes the pictures of an answer that is there already, and asks for more. */
  start(answer: IncomingMessage): void {
    this.limit();
    this.read(answer);
  }

  /** No more requests and frames. The connection stays as it is. */
  stop(): void {
    this.isStopped = true;
    this.stopReading?.();
    this.clearTimer();
  }

  private ask(): void {
    this.limit();
    this.options.client.get({
      onAnswer: (answer) => this.take(answer),
      onError: (error) => this.fail(error),
    });
  }

  private take(answer: IncomingMessage): void {
    const contentType = answer.headers['content-type'];
    const content = contentOfType(contentType);
    if (content === 'jpeg' || content === 'unknown') this.read(answer);
    else this.fail(contentError(contentType, this.options.url));
  }

  private read(answer: IncomingMessage): void {
    let arrivalTimeUs = 0;
    let complete = 0;
    let isOpen = false;
    const splitter = new JpegSplitter({
      maxBytes: MAX_JPEG_BYTES,
      onStart: () => {
        if (isOpen) this.reject('broken off by the next one');
        isOpen = true;
        arrivalTimeUs = this.clock.nowUs();
      },
      onJpeg: (bytes) => {
        isOpen = false;
        complete += 1;
        this.isStream ||= complete > 1;
        this.accept(bytes, arrivalTimeUs, answer);
      },
    });
    this.stopReading = readBody(answer, {
      onChunk: (chunk) => splitter.push(chunk),
      onEnd: (isWhole) => this.end(isWhole, complete > 0 && !isOpen),
      onError: (error) => this.fail(error),
    });
  }

  private accept(bytes: Buffer, arrivalTimeUs: number, answer: IncomingMessage): void {
    if (this.isStopped) return;
    this.limit();
    const fps = this.isStream ? UNKNOWN_FPS : this.options.fps;
    this.options.intake.accept({ bytes, arrivalTimeUs, header: (name) => headerOf(answer, name), fps });
  }

  private end(isWhole: boolean, isComplete: boolean): void {
    if (!isComplete && !isWhole) {
      return this.fail(
        failure('SOURCE_FAILED', this.options.url, 'the camera closed the connection within a picture.'),
      );
    }
    try {
      if (!isComplete) this.reject('not complete');
      this.waitForNext();
    } catch (thrown) {
      this.fail(toStreamerError(thrown));
    }
  }

  /** @throws {StreamerError} SOURCE_BAD_ANSWER when that was one too many */
  private reject(what: string): void {
    if (this.isStopped) return;
    this.options.intake.reject(new StreamerError('BAD_JPEG', `A picture of the source is ${what}.`));
  }

  private waitForNext(): void {
    const nowUs = this.clock.nowUs();
    const next = Math.floor((nowUs - this.startTimeUs) / this.intervalUs) + 1;
    this.clearTimer();
    this.cancelTimer = this.clock.schedule(this.startTimeUs + next * this.intervalUs - nowUs, () => this.ask());
  }

  private limit(): void {
    this.clearTimer();
    const message = `no picture came within ${PICTURE_TIMEOUT_US / 1_000_000} s.`;
    const giveUp = () => this.fail(failure('SOURCE_TIMEOUT', this.options.url, message));
    this.cancelTimer = this.clock.schedule(PICTURE_TIMEOUT_US, giveUp);
  }

  private fail(error: StreamerError): void {
    if (this.isStopped) return;
    this.stop();
    this.options.onError(error);
  }

  private clearTimer(): void {
    this.cancelTimer?.();
    this.cancelTimer = null;
  }
}

function headerOf(answer: IncomingMessage, name: string): string | undefined {
  const value = answer.headers[name];
  return typeof value === 'string' ? value : undefined;
}
