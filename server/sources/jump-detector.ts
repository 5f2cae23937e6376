import type { SourceFrame } from './source.js';

/** Frames are never this much older than the one before, however they were delayed on their way. */
const BACK_US = 100_000;
/** Nor can they come so much fresher than the freshest did. */
const AHEAD_US = 2_000_000;
/** The freshest counts less with time, as the clocks of source and server drift apart. */
const FLOOR_RISE = 0.01;

/** Sees the source's own clock leap, in frames whose capture time it made. Times are microseconds. */
export class JumpDetector {
  private captureTimeUs: number | null = null;
  /** Least time from capture to arrival lately: a delay only adds to it, so what is below it is a leap ahead. */
  private floorUs = 0;
  private arrivalUs = 0;
  private lastUs: number | null = null;
  private words = '';

  /** When it leapt last; null when it never did. */
  get jumpedAtUs(): number | null {
    return this.lastUs;
  }

  /** The last leap in a sentence. */
  get message(): string {
    return this.words;
  }

  /** Takes the next frame, which came at `nowUs`. */
  add({ captureTimeUs, timeSource }: Pick<SourceFrame, 'captureTimeUs' | 'timeSource'>, nowUs: number): void {
    if (timeSource !== 'source') return this.lose(nowUs);
    const lagUs = nowUs - captureTimeUs;
    if (this.captureTimeUs === null) this.floorUs = lagUs;
    else {
      this.floorUs += (nowUs - this.arrivalUs) * FLOOR_RISE;
      const backUs = this.captureTimeUs - captureTimeUs;
      const aheadUs = this.floorUs - lagUs;
      if (backUs > BACK_US) this.leap(`went back by ${inSeconds(backUs)} s`, lagUs, nowUs);
      else if (aheadUs > AHEAD_US) this.leap(`leapt ahead by ${inSeconds(aheadUs)} s`, lagUs, nowUs);
      else this.floorUs = Math.min(this.floorUs, lagUs);
    }
    this.captureTimeUs = captureTimeUs;
    this.arrivalUs = nowUs;
  }

  /** The source does not tell its time any more, or what it tells cannot be believed. */
  private lose(nowUs: number): void {
    if (this.captureTimeUs !== null) this.note('cannot be used any more; frames are stamped when they arrive', nowUs);
    this.captureTimeUs = null;
  }

  private leap(words: string, lagUs: number, nowUs: number): void {
    this.floorUs = lagUs;
    this.note(words, nowUs);
  }

  private note(words: string, nowUs: number): void {
    this.lastUs = nowUs;
    this.words = `The source's clock ${words}.`;
  }
}

function inSeconds(us: number): string {
  return (us / 1_000_000).toFixed(1);
}
