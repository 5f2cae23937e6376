import type { Clock } from '../../shared/clock.js';
import { StreamerError, toStreamerError } from '../../shared/errors.js';
import { completeJpeg } from '../../shared/jpeg/complete-jpeg.js';
import { RepeatLimiter } from '../../shared/repeat-limiter.js';
import { chooseEncoding } from './encoding-choice.js';
import type { WantedPicture } from './encoding-choice.js';
import { FrameThinner } from './frame-thinner.js';
import type { SourceClock, Stamp } from './source-clock.js';
import type { SourceInfo, SourceSink } from './source.js';
import { statedTime } from '../../shared/http/stated-time.js';
import type { HeaderLookup } from '../../shared/http/stated-time.js';

/** Options of an intake. */
export interface JpegIntakeOptions {
  readonly sink: Pick<SourceSink, 'onInfo' | 'onFrame' | 'onWarning'>;
  readonly sourceClock: SourceClock;
  /** Of the first frame. */
  readonly nextSequence: number;
  /** More frames than so many a second are left out; null takes all. */
  readonly maxFps: number | null;
  readonly wanted: WantedPicture;
  /** Microseconds since the epoch, for `SourceInfo`. */
  readonly startTimeUs: number;
}

/** A picture as it came; `fps` is the rate at which such pictures are due, 0 where that is not known. */
export interface ReceivedJpeg {
  readonly bytes: Buffer;
  /** When its first byte came, in microseconds since the epoch. */
  readonly arrivalTimeUs: number;
  /** The headers that came with it. */
  readonly header: HeaderLookup;
  readonly fps: number;
}

const CODEC = 'mjpeg';
/** So many broken pictures in a row are not a mishap. */
const MAX_BROKEN = 100;
const WARNING_INTERVAL_US = 10_000_000;

/** Makes frames of the JPEGs of one run of a source: checks and completes them, stamps, thins and numbers them. */
export class JpegIntake {
  private readonly thinner: FrameThinner | null;
  private readonly warnings: RepeatLimiter;
  private info: SourceInfo | null = null;
  private sequence: number;
  private brokenInARow = 0;

  constructor(
    private readonly options: JpegIntakeOptions,
    private readonly clock: Clock,
  ) {
    this.sequence = options.nextSequence;
    this.thinner = options.maxFps === null ? null : new FrameThinner(options.maxFps);
    this.warnings = new RepeatLimiter(clock, { intervalUs: WARNING_INTERVAL_US });
  }

  /** Takes the next picture. Throws StreamerError SOURCE_BAD_ANSWER when too many in a row were broken. */
  accept(received: ReceivedJpeg): void {
    const decodedTimeUs = this.clock.nowUs();
    // What was asked for at a rate is not thinned to it once more.
    if (received.fps === 0 && this.thinner?.admits(received.arrivalTimeUs) === false) return;
    const picture = this.complete(received.bytes);
    if (picture === null) return;
    const { jpeg: data, width, height } = picture;
    const { jumpUs, ...time } = this.stamp(received);
    this.tellInfo({ width, height, fps: received.fps, timeSource: time.timeSource });
    // A leap that leaves the clock usable is seen in the frames, by whoever watches over their health.
    if (jumpUs !== null && time.timeSource === 'arrival') this.warnOfJump(jumpUs);
    const sequence = this.sequence;
    this.sequence += 1;
    this.options.sink.onFrame({ kind: 'jpeg', data, width, height, sequence, ...time, decodedTimeUs });
  }

  /** Takes note of a picture that is broken; `error` says how. Throws as `accept` does. */
  reject(error: StreamerError): void {
    this.brokenInARow += 1;
    if (this.brokenInARow >= MAX_BROKEN) {
      const text = `The source sent ${MAX_BROKEN} broken pictures in a row, the last one because: ${error.message}`;
      throw new StreamerError('SOURCE_BAD_ANSWER', text, { cause: error });
    }
    this.warnings.run('broken', () => this.options.sink.onWarning(error));
  }

  private complete(bytes: Buffer): ReturnType<typeof completeJpeg> | null {
    try {
      const picture = completeJpeg(bytes);
      this.brokenInARow = 0;
      return picture;
    } catch (thrown) {
      this.reject(toStreamerError(thrown));
      return null;
    }
  }

  private stamp({ header, arrivalTimeUs }: ReceivedJpeg): Stamp {
    const stated = statedTime(header);
    if (stated) return this.options.sourceClock.stamp(stated.timeUs, arrivalTimeUs, stated.errorUs);
    return { captureTimeUs: arrivalTimeUs, timeSource: 'arrival', clockErrorUs: 0, jumpUs: null };
  }

  private tellInfo(facts: Pick<SourceInfo, 'width' | 'height' | 'fps' | 'timeSource'>): void {
    const { info } = this;
    const isSame =
      info?.width === facts.width &&
      info.height === facts.height &&
      info.fps === facts.fps &&
      info.timeSource === facts.timeSource;
    if (isSame) return;
    const { wanted, startTimeUs, sink } = this.options;
    const encoding = chooseEncoding(wanted, { ...facts, codec: CODEC });
    this.info = { ...facts, codec: CODEC, encoding, startTimeUs };
    sink.onInfo(this.info);
  }

  private warnOfJump(jumpUs: number): void {
    const seconds = (jumpUs / 1_000_000).toFixed(1);
    const message = `The source's clock leapt or is off by ${seconds} s, so frames are stamped on arrival; set it by NTP.`;
    this.warnings.run('clock', () => this.options.sink.onWarning(new StreamerError('STREAM_HEALTH', message)));
  }
}
