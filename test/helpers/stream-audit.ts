import type { FrameHeader } from '../../shared/protocol/messages.js';

/** What a client saw of one stream. */
export interface AuditFigures {
  readonly first: number;
  readonly last: number;
  readonly received: number;
  /** Frames between the first and the last that the server said it left out. */
  readonly skipped: number;
  /** Frames between the first and the last that neither came nor were announced. */
  readonly lost: number;
  /** Frames and ranges that came twice, or not in the order of their numbers. */
  readonly outOfOrder: number;
}

/**
 * Checks one stream of a client number by number, unlike the product's own tracker: each one is received or announced,
 * once and in order.
 */
export class StreamAudit {
  private first = -1;
  private last = -1;
  private received = 0;
  private skipped = 0;
  private outOfOrder = 0;
  /** Frames announced as left out since the last frame. */
  private announced = 0;
  /** The next number that may be mentioned, as a frame or as one that is left out. */
  private next = 0;

  onFrame({ sequence }: FrameHeader): void {
    if (sequence < this.next) this.outOfOrder += 1;
    if (this.first < 0) this.first = sequence;
    else this.skipped += this.announced;
    this.announced = 0;
    this.received += 1;
    this.last = sequence;
    this.next = sequence + 1;
  }

  onSkipped(first: number, last: number): void {
    if (first < this.next) this.outOfOrder += 1;
    this.announced += last - first + 1;
    this.next = last + 1;
  }

  /** Figures up to the last frame; what was announced after it counts when the next one comes. */
  get figures(): AuditFigures {
    const { first, last, received, skipped, outOfOrder } = this;
    const lost = received === 0 ? 0 : last - first + 1 - received - skipped;
    return { first, last, received, skipped, lost, outOfOrder };
  }
}
