import type { Timecode } from '../../shared/timecode/timecode.js';
import type { TimeCodeFigures } from '../metrics/snapshot.js';
import { CodeSequence } from './code-sequence.js';
import { fingerprintOf } from './fingerprint.js';
import type { ProbedPicture } from './probe-events.js';

/** After so many pictures without a code, what the path says itself counts from the last code on. */
const CODES_ARE_OVER = 50;

/** What `PictureOrder` contributes to a snapshot. */
export interface OrderFigures {
  readonly lost: number;
  readonly repeated: number;
  readonly outOfOrder: number;
  readonly timeCode: TimeCodeFigures;
}

/**
 * Tells which pictures are new and which are missing: by their time codes where they have any, else by what they show
 * and by what the path says of itself.
 */
export class PictureOrder {
  private readonly codes = new CodeSequence();
  private kind: Timecode['kind'] | null = null;
  private read = 0;
  private unread = 0;
  private undecoded = 0;
  private lostByPath = 0;
  /** Since the last code. */
  private withoutCode = 0;
  private lostSinceCode = 0;
  /** In stretches without codes that are over, and that no code could account for. */
  private lostWithoutCode = 0;
  private repeated = 0;
  private fingerprint: number | null = null;

  /** Takes the next picture with its code; false when it shows nothing that was not to be seen before. */
  onPicture({ luma }: ProbedPicture, code: Timecode | null): boolean {
    if (!luma) return this.onUndecoded();
    const fingerprint = fingerprintOf(luma.data);
    const isSame = fingerprint === this.fingerprint;
    this.fingerprint = fingerprint;
    if (code === null) return this.onUnread(isSame);
    this.kind = code.kind;
    this.read += 1;
    return this.onCode(code);
  }

  /** The path itself says that so many pictures did not come. */
  onLost(frames: number): void {
    this.lostByPath += frames;
    this.lostSinceCode += frames;
  }

  /** The next picture cannot be compared: the connection was down. */
  restart(): void {
    this.codes.restart();
    this.fingerprint = null;
  }

  reset(): void {
    this.codes.reset();
    this.read = 0;
    this.unread = 0;
    this.undecoded = 0;
    this.lostByPath = 0;
    this.lostSinceCode = 0;
    this.lostWithoutCode = 0;
    this.repeated = 0;
  }

  figures(): OrderFigures {
    const { lost, repeated, outOfOrder } = this.codes.counts;
    const { kind, read, unread, undecoded } = this;
    const sinceLast = kind !== null && this.areCodesOver ? Math.min(this.withoutCode, unread) : 0;
    return {
      lost: kind === null ? this.lostByPath : lost + this.lostWithoutCode + this.lostAfterCodes,
      repeated: repeated + this.repeated,
      outOfOrder,
      timeCode: { kind, read, unread, undecoded, sinceLast },
    };
  }

  /** What was lost since the codes were over; 0 while there are codes. */
  private get lostAfterCodes(): number {
    return this.areCodesOver ? this.lostSinceCode : 0;
  }

  private get areCodesOver(): boolean {
    return this.withoutCode >= CODES_ARE_OVER;
  }

  /** A code that goes on where the last one was tells itself what was lost between them. */
  private onCode(code: Timecode): boolean {
    const lostBefore = this.codes.counts.lost;
    const isNew = this.codes.onCode(code);
    this.lostWithoutCode += Math.max(0, this.lostAfterCodes - (this.codes.counts.lost - lostBefore));
    this.withoutCode = 0;
    this.lostSinceCode = 0;
    return isNew;
  }

  private onUndecoded(): boolean {
    this.undecoded += 1;
    this.codes.onUnread();
    this.fingerprint = null;
    return true;
  }

  private onUnread(isSame: boolean): boolean {
    this.unread += 1;
    this.withoutCode += 1;
    if (isSame) this.repeated += 1;
    else this.codes.onUnread();
    return !isSame;
  }
}
