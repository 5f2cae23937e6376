import { TICKS_PER_SECOND } from './coded-video.js';

/** A frame on its way through an encoder. */
interface FrameOnItsWay {
  readonly ticks: number;
  readonly captureTimeUs: number;
  /** When it went in. */
  readonly sentTimeUs: number;
}

/** A longer pause than this, or a step back, is a clock that was set, or a source that began anew. */
const MAX_STEP_TICKS = 10 * TICKS_PER_SECOND;
const TICKS_PER_US = TICKS_PER_SECOND / 1_000_000;
/** FFmpeg rounds ties another way. */
const ROUNDING_TICKS = 1;

/**
 * The times of frames that go through an encoder: which one each has there, and when the frame was captured that a picture
 * was made from. Times grow from 0 on, whatever the capture times do.
 */
export class FrameTimes {
  private readonly onTheirWay: FrameOnItsWay[] = [];
  private originUs: number | null = null;
  private lastTicks = 0;
  private lastOut: Pick<FrameOnItsWay, 'ticks' | 'captureTimeUs'> = { ticks: 0, captureTimeUs: 0 };
  private index = 0;
  private lost = 0;

  /**
   * @param fps as expected
   * @param isEven whether every frame is 1/`fps` after the one before, as FFmpeg takes raw frames, in thousandths of a
   *   frame a second
   */
  constructor(
    private readonly fps: number,
    private readonly isEven: boolean,
  ) {}

  /** Frames that went in and did not come out. */
  get inFlight(): number {
    return this.onTheirWay.length;
  }

  /** Frames that never came out, though later ones did. */
  get framesLost(): number {
    return this.lost;
  }

  /** When the oldest frame that did not come out went in; null where there is none. */
  get oldestSentTimeUs(): number | null {
    return this.onTheirWay[0]?.sentTimeUs ?? null;
  }

  /** A frame goes in; returns its time in the encoder, in ticks. */
  enter(captureTimeUs: number, sentTimeUs: number): number {
    const ticks = this.isEven ? this.evenTicks() : this.captureTicks(captureTimeUs);
    this.onTheirWay.push({ ticks, captureTimeUs, sentTimeUs });
    this.lastTicks = ticks;
    this.index += 1;
    return ticks;
  }

  /** A picture came out; returns when its frame was captured. */
  leave(ticks: number): number {
    while (this.onTheirWay[0] && this.onTheirWay[0].ticks < ticks - ROUNDING_TICKS) {
      this.onTheirWay.shift();
      this.lost += 1;
    }
    const isKnown = this.onTheirWay[0] && this.onTheirWay[0].ticks <= ticks + ROUNDING_TICKS;
    // A picture that nobody sent is as far from the one before as it says.
    const sinceLastUs = (ticks - this.lastOut.ticks) / TICKS_PER_US;
    const guess = { ticks, captureTimeUs: this.lastOut.captureTimeUs + Math.round(sinceLastUs) };
    this.lastOut = (isKnown ? this.onTheirWay.shift() : undefined) ?? guess;
    return this.lastOut.captureTimeUs;
  }

  /** Gives up frames that went in before a time: they are taken for lost. */
  giveUp(beforeUs: number): void {
    while (this.onTheirWay[0] && this.onTheirWay[0].sentTimeUs < beforeUs) {
      this.onTheirWay.shift();
      this.lost += 1;
    }
  }

  private evenTicks(): number {
    return Math.round((this.index * TICKS_PER_SECOND * 1000) / Math.round(this.fps * 1000));
  }

  private captureTicks(captureTimeUs: number): number {
    this.originUs ??= captureTimeUs;
    const ticks = Math.round((captureTimeUs - this.originUs) * TICKS_PER_US);
    const step = ticks - this.lastTicks;
    if (this.index === 0 || (step > 0 && step <= MAX_STEP_TICKS)) return ticks;
    const next = this.lastTicks + Math.round(TICKS_PER_SECOND / this.fps);
    this.originUs = captureTimeUs - next / TICKS_PER_US;
    return next;
  }
}
