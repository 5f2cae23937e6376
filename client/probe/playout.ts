import type { Clock } from '../../shared/clock.js';

/** Pictures that are kept ready, so that a process that is held up for a moment does not fall behind for good. */
const MAX_READY = 8;
/** A picture that is due this far from the one before is on another time line. */
const MAX_STEP_US = 10_000_000;

/** A picture on its way to be shown. */
interface Ready<T> {
  readonly item: T;
  readonly mediaTimeUs: number;
  readonly readyTimeUs: number;
}

/**
 * Shows pictures as a player does: the first at once, each later one as long after the one before as it was taken, and
 * where it is there too late for that at once. What is lost by that is not made up for, so that after a while the latency
 * is what steady pictures need.
 */
export class Playout<T> {
  private readonly ready: Ready<T>[] = [];
  private last: { readonly mediaTimeUs: number; readonly dueUs: number } | null = null;
  private cancel: () => void = () => undefined;

  /**
   * @param show takes a picture when it is due
   * @param onRoom called when more may be pushed, after it was full
   */
  constructor(
    private readonly clock: Clock,
    private readonly show: (item: T) => void,
    private readonly onRoom: () => void,
  ) {}

  /** Whether enough is ready; more is taken, but should wait. */
  get isFull(): boolean {
    return this.ready.length >= MAX_READY;
  }

  get isEmpty(): boolean {
    return this.ready.length === 0;
  }

  /** Takes the next picture, which may be shown before this returns. */
  push(item: T, mediaTimeUs: number): void {
    this.ready.push({ item, mediaTimeUs, readyTimeUs: this.clock.nowUs() });
    if (this.ready.length === 1) this.showDue();
  }

  /** Shows nothing any more. */
  stop(): void {
    this.cancel();
    this.ready.length = 0;
  }

  private showDue(): void {
    for (let next = this.ready[0]; next; next = this.ready[0]) {
      const dueUs = this.dueUs(next);
      const waitUs = dueUs - this.clock.nowUs();
      if (waitUs > 0) {
        this.cancel = this.clock.schedule(waitUs, () => this.showDue());
        return;
      }
      const wasFull = this.isFull;
      this.last = { mediaTimeUs: next.mediaTimeUs, dueUs };
      this.ready.shift();
      this.show(next.item);
      if (wasFull && !this.isFull) this.onRoom();
    }
  }

  private dueUs({ mediaTimeUs, readyTimeUs }: Ready<T>): number {
    if (!this.last) return readyTimeUs;
    const stepUs = mediaTimeUs - this.last.mediaTimeUs;
    if (stepUs < 0 || stepUs > MAX_STEP_US) return readyTimeUs;
    return Math.max(readyTimeUs, this.last.dueUs + stepUs);
  }
}
