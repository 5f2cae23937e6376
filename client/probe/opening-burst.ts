interface Place {
  readonly arrivalTimeUs: number;
  readonly mediaTimeUs: number;
}

/** What FFmpeg took in longer than this it did not take in while it opened the stream. */
const MAX_BURST_US = 2_000_000;
const MAX_BURST_PICTURES = 120;

/**
 * Tells which pictures waited while FFmpeg looked at the stream to open it: it then decodes them one right after the
 * other. The first that comes at least half as long after the one before as it was taken has not waited. All times are
 * microseconds.
 */
export class OpeningBurst {
  private last: Place | null = null;
  private firstUs: number | null = null;
  private pictures = 0;
  private isOver = false;

  /** Takes the next picture; true when it is one that waited. */
  includes(arrivalTimeUs: number, mediaTimeUs: number): boolean {
    if (this.isOver) return false;
    const before = this.last;
    this.last = { arrivalTimeUs, mediaTimeUs };
    this.firstUs ??= arrivalTimeUs;
    this.pictures += 1;
    const isLong = this.pictures > MAX_BURST_PICTURES || arrivalTimeUs - this.firstUs >= MAX_BURST_US;
    this.isOver = isLong || (before !== null && isAtItsPace(this.last, before));
    return !this.isOver;
  }
}

function isAtItsPace(next: Place, before: Place): boolean {
  const stepUs = next.mediaTimeUs - before.mediaTimeUs;
  return stepUs > 0 && next.arrivalTimeUs - before.arrivalTimeUs >= stepUs / 2;
}
