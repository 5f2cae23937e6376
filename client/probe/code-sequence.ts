import type { Timecode } from '../../shared/timecode/timecode.js';

/** What the time codes of a stream say about its pictures. */
export interface CodeCounts {
  readonly lost: number;
  readonly repeated: number;
  readonly outOfOrder: number;
}

/** Counters begin anew after so many. */
const COUNTERS = 65_536;
/** A picture that comes so many places too late is late; one from farther back begins the video anew. */
const MAX_LATE = 32;
/** A repetition may be this far back; a loop of so few pictures is none that anybody makes. */
const MAX_REPEATED_BACK = 2;
/** The rate of pictures is not known before the second one; nobody sends more than 1000 a second. */
const LEAST_PERIOD_US = 1000;
/** Share of a new period in the mean. */
const PERIOD_WEIGHT = 1 / 8;

/**
 * Counts pictures that were lost, came twice or too late, exactly, by the counters of their time codes. Of a video that
 * loops (its time goes back to its beginning) the first pictures of a pass count as well, and the last ones once a longer
 * pass was seen.
 */
export class CodeSequence {
  private newest: Timecode | null = null;
  /** Counters that were passed over and may still come. */
  private missing: number[] = [];
  private lostOnTheWay = 0;
  private repeated = 0;
  private outOfOrder = 0;
  /** Pictures since the newest code whose own could not be read. */
  private unread = 0;
  private periodUs: number | null = null;
  /** Of the passes that are over: how many, where they ended in sum, and the latest end. */
  private readonly passes = { count: 0, endsUs: 0, latestEndUs: 0 };

  get counts(): CodeCounts {
    const { count, endsUs, latestEndUs } = this.passes;
    const lostAtEnds = Math.round((count * latestEndUs - endsUs) / (this.periodUs ?? Infinity));
    return { lost: this.lostOnTheWay + lostAtEnds, repeated: this.repeated, outOfOrder: this.outOfOrder };
  }

  /** Takes the code of the next picture; true when it is newer than all before, or begins the video anew. */
  onCode(code: Timecode): boolean {
    const { newest } = this;
    if (newest === null || newest.kind !== code.kind) return this.begin(code);
    const ahead = stepFrom(newest.counter, code.counter);
    const elapsedUs = code.timeUs - newest.timeUs;
    if (elapsedUs === 0 && ahead === 0) return this.onRepeated();
    if (elapsedUs >= 0) return this.isPlausible(ahead, elapsedUs) ? this.onLater(code, ahead) : this.begin(code);
    const back = stepFrom(code.counter, newest.counter);
    if (this.missing.includes(code.counter)) return this.onLate(code.counter);
    if (back <= MAX_REPEATED_BACK) return this.onRepeated();
    return code.kind === 'media' ? this.onNextPass(newest, code) : this.begin(code);
  }

  /** Takes a picture whose code could not be read: it is one of those that will be missing. */
  onUnread(): void {
    this.unread += 1;
  }

  /** What comes next cannot be compared: the connection was down. */
  restart(): void {
    this.newest = null;
    this.missing = [];
    this.unread = 0;
  }

  /** Begins to count anew; the place in the video stays. */
  reset(): void {
    this.lostOnTheWay = 0;
    this.repeated = 0;
    this.outOfOrder = 0;
    this.missing = [];
    Object.assign(this.passes, { count: 0, endsUs: 0, latestEndUs: 0 });
  }

  private begin(code: Timecode): boolean {
    this.newest = code;
    this.missing = [];
    this.unread = 0;
    return true;
  }

  private onRepeated(): boolean {
    this.repeated += 1;
    return false;
  }

  private onLate(counter: number): boolean {
    this.missing = this.missing.filter((each) => each !== counter);
    this.lostOnTheWay -= 1;
    this.outOfOrder += 1;
    return false;
  }

  private onLater(code: Timecode, ahead: number): boolean {
    const before = this.newest ?? code;
    this.learn((code.timeUs - before.timeUs) / ahead);
    const lost = Math.max(0, ahead - 1 - this.unread);
    this.lostOnTheWay += lost;
    // Where some were not read nobody knows which of them are missing.
    const passedOver = this.unread > 0 ? 0 : Math.min(lost, MAX_LATE);
    this.unread = 0;
    const added = Array.from({ length: passedOver }, (_, index) => modulo(code.counter - passedOver + index));
    this.missing = [...this.missing, ...added].filter((counter) => stepFrom(counter, code.counter) <= MAX_LATE);
    this.newest = code;
    return true;
  }

  private onNextPass(last: Timecode, code: Timecode): boolean {
    const lostAtBeginning = Math.max(0, code.counter - this.unread);
    const unreadAtEnd = Math.max(0, this.unread - code.counter);
    const endUs = last.timeUs + unreadAtEnd * (this.periodUs ?? 0);
    this.lostOnTheWay += lostAtBeginning;
    this.passes.count += 1;
    this.passes.endsUs += endUs;
    this.passes.latestEndUs = Math.max(this.passes.latestEndUs, endUs);
    return this.begin(code);
  }

  /** A sender that was restarted counts anew while its clock goes on. */
  private isPlausible(ahead: number, elapsedUs: number): boolean {
    if (ahead === 0) return false;
    const leastUs = this.periodUs === null ? LEAST_PERIOD_US : this.periodUs / 2;
    return (ahead - MAX_LATE) * leastUs <= elapsedUs;
  }

  private learn(periodUs: number): void {
    this.periodUs = this.periodUs === null ? periodUs : this.periodUs + (periodUs - this.periodUs) * PERIOD_WEIGHT;
  }
}

/** How many places `to` is ahead of `from`, from 0 to 65,535. */
function stepFrom(from: number, to: number): number {
  return modulo(to - from);
}

function modulo(counter: number): number {
  return ((counter % COUNTERS) + COUNTERS) % COUNTERS;
}
