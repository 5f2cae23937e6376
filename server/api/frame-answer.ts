import type { Clock } from '../../shared/clock.js';
import type { PublishedFrame } from '../hub/frame.js';
import type { HubStream } from '../hub/stream.js';
import { PictureScaler, ScalerBusyError } from '../pipeline/picture-scaler.js';
import { scaledSize } from '../sources/output-size.js';
import type { Size } from '../sources/output-size.js';
import { DEFAULT_QUALITY } from '../stream-settings.js';
import { waitForFrame } from '../transports/latest-frame.js';
import { AnswerBudget } from './answer-budget.js';
import type { AnswerHeaders } from './answers.js';
import { goneSignal } from './gone-signal.js';
import type { AnswerTaker } from './gone-signal.js';
import { HttpError } from './http-error.js';
import { shownReason } from './stream-view.js';

/** Which frame is asked for, and how it is to look; without a size or quality it is the frame as it is. */
export interface FrameQuery {
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  readonly quality?: number | undefined;
  /** Sequence number that the frame must be newer than. */
  readonly after?: number | undefined;
  /** Seconds. */
  readonly timeout?: number | undefined;
}

/** A JPEG with the headers that say what it is. */
export interface FrameAnswer {
  readonly headers: Readonly<Record<string, string>>;
  readonly jpeg: Buffer;
}

/** What the headers of a frame say. */
export const FRAME_HEADERS: AnswerHeaders = {
  'X-Stream': { type: 'string', description: 'Name of the stream.' },
  'X-State': { type: 'string', description: 'What the stream was doing when the frame was sent.' },
  'X-Sequence': { type: 'integer', description: 'Sequence number of the frame.' },
  'X-Capture-Time-Us': { type: 'integer', description: 'When it was captured: microseconds since the epoch.' },
  'X-Timestamp': { type: 'number', description: 'The same in seconds.' },
  'X-Time-Source': { type: 'string', description: 'Where that time comes from: `schedule`, `arrival` or `source`.' },
  'X-Age-Us': { type: 'integer', description: 'How old the frame was when it was sent, in microseconds.' },
  'X-Width': { type: 'integer', description: 'Pixels of the picture that is sent.' },
  'X-Height': { type: 'integer', description: 'Pixels of the picture that is sent.' },
};

/** How long one who says nothing waits for a frame: long enough for a camera to be connected to. */
const DEFAULT_TIMEOUT_SECONDS = 5;
const RETRY_SOON = { 'Retry-After': '1' };
const RETRY_LATER = { 'Retry-After': '5' };

/** Answers with single frames of streams. */
export class FrameAnswers {
  private readonly scaler = new PictureScaler();

  constructor(
    private readonly clock: Clock,
    private readonly budget = new AnswerBudget(),
  ) {}

  /**
   * The newest frame, or the first after a sequence number. One that this stream has not reached yet is of another life
   * of the server, and any frame is news then.
   *
   * @param taker where the answer goes to; when it closes, nobody waits any more
   * @throws {HttpError} NO_FRAME with the stream's reason; TOO_MANY_REQUESTS
   */
  async answer(stream: HubStream, query: FrameQuery, taker: AnswerTaker): Promise<FrameAnswer> {
    const { clock } = this;
    const after = query.after !== undefined && query.after < stream.nextSequence ? query.after : undefined;
    const timeoutMs = (query.timeout ?? DEFAULT_TIMEOUT_SECONDS) * 1000;
    const frame = await waitForFrame(stream, { after, timeoutMs, clock, signal: goneSignal(taker) });
    if (!frame) throw noFrame(stream);
    const size = pictureSize(frame, query);
    const jpeg = await this.picture(frame, size, query.quality);
    if (!this.budget.hold(jpeg, taker)) throw tooSlow();
    return { jpeg, headers: headersOf(stream, frame, size, jpeg.length, clock.nowUs()) };
  }

  private async picture(frame: PublishedFrame, size: Size, quality: number | undefined): Promise<Buffer> {
    const { header, jpeg } = frame;
    const isAsItIs = size.width === header.width && size.height === header.height && quality === undefined;
    if (isAsItIs) return jpeg;
    const id = `${header.streamId}/${header.sequence}`;
    try {
      return await this.scaler.scale({ id, jpeg, ...size, quality: quality ?? DEFAULT_QUALITY });
    } catch (cause) {
      if (cause instanceof ScalerBusyError) {
        throw new HttpError('TOO_MANY_REQUESTS', `${cause.message} Try again, or ask for frames as they are.`, {
          headers: RETRY_SOON,
          cause,
        });
      }
      throw new HttpError('NO_FRAME', 'The newest frame cannot be decoded; try again, or ask for frames as they are.', {
        headers: RETRY_SOON,
        cause,
      });
    }
  }
}

/**
 * The side that was not asked for follows the aspect. A picture larger than the source's shows no more than that and would
 * take memory as anybody likes, so one that is asked for is made smaller until it fits into it; its aspect stays.
 */
function pictureSize({ header }: PublishedFrame, query: FrameQuery): Size {
  const { width, height } = scaledSize(header, { width: query.width ?? null, height: query.height ?? null });
  const scale = Math.min(1, header.width / width, header.height / height);
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

function headersOf(stream: HubStream, frame: PublishedFrame, size: Size, lengthBytes: number, nowUs: number) {
  const { sequence, captureTimeUs, timeSource } = frame.header;
  return {
    'Content-Type': 'image/jpeg',
    'Content-Length': `${lengthBytes}`,
    'Cache-Control': 'no-store',
    'X-Stream': stream.name,
    'X-State': stream.info().state,
    'X-Sequence': `${sequence}`,
    'X-Capture-Time-Us': `${captureTimeUs}`,
    'X-Timestamp': secondsText(captureTimeUs),
    'X-Time-Source': timeSource,
    'X-Age-Us': `${nowUs - captureTimeUs}`,
    'X-Width': `${size.width}`,
    'X-Height': `${size.height}`,
  };
}

/** Seconds with six decimals, which a number divided by a million would not always have. */
function secondsText(timeUs: number): string {
  const digits = `${timeUs}`.padStart(7, '0');
  return `${digits.slice(0, -6)}.${digits.slice(-6)}`;
}

function tooSlow(): HttpError {
  const sentence = 'Too many pictures are on the way to clients that take them slowly; try again in a moment.';
  return new HttpError('TOO_MANY_REQUESTS', sentence, { headers: RETRY_SOON });
}

function noFrame(stream: HubStream): HttpError {
  const { state } = stream.info();
  const reason = stream.reason ? `: ${shownReason(stream.reason).message}` : '.';
  const headers = state === 'offline' || state === 'ended' ? RETRY_LATER : RETRY_SOON;
  return new HttpError('NO_FRAME', `The stream ${stream.name} is ${state} and has no new frame${reason}`, { headers });
}
