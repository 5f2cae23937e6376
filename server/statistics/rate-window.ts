/** Frames and bytes a second. */
export interface Rates {
  readonly fps: number;
  readonly bytesPerSecond: number;
}

const SLOT_US = 1_000_000;
const WHOLE_SLOTS = 10;
/** The whole seconds, and the one that has begun. */
const SLOTS = WHOLE_SLOTS + 1;
/** A source that starts hands over the first frames in a burst, whose rate is not the stream's. */
const MIN_SPAN_US = 1_000_000;

/**
 * Rates of the last ten seconds, in slots of one. Intervals are counted and not frames, from the last frame before the
 * window on, so that a steady stream has one steady rate however its frames lie to the bounds of the slots.
 */
export class RateWindow {
  private readonly frames = new Float64Array(SLOTS);
  private readonly bytes = new Float64Array(SLOTS);
  private readonly lastOfSlotUs = new Float64Array(SLOTS);
  private slot = -Infinity;
  /** The frame whose interval to the next one is the first that counts; null before the first frame. */
  private anchorUs: number | null = null;
  private lastUs = 0;

  onFrame(nowUs: number, lengthBytes: number): void {
    this.moveTo(nowUs);
    const at = this.slot % SLOTS;
    if (this.anchorUs === null) {
      this.anchorUs = nowUs;
    } else {
      this.frames[at]! += 1;
      this.bytes[at]! += lengthBytes;
    }
    this.lastOfSlotUs[at] = nowUs;
    this.lastUs = nowUs;
  }

  /**
   * The rates up to `nowUs`; null while less than a second was measured. Time without frames counts from when the next one was
   * due, one `periodUs` after the last, or the rate would wobble with the moment it is asked for.
   */
  rates(nowUs: number, periodUs: number): Rates | null {
    if (this.anchorUs === null) return null;
    this.moveTo(nowUs);
    const windowUs = (this.slot - WHOLE_SLOTS) * SLOT_US;
    const beginUs = Math.max(this.anchorUs, windowUs - periodUs);
    const spanUs = Math.max(this.lastUs, nowUs - periodUs) - beginUs;
    if (spanUs < MIN_SPAN_US) return null;
    return { fps: (sum(this.frames) * 1e6) / spanUs, bytesPerSecond: (sum(this.bytes) * 1e6) / spanUs };
  }

  /** Starts over: the next frame is the first. */
  reset(): void {
    this.clearAll();
    this.anchorUs = null;
  }

  private moveTo(nowUs: number): void {
    const slot = Math.floor(nowUs / SLOT_US);
    if (slot - this.slot >= SLOTS) {
      if (this.anchorUs !== null) this.anchorUs = this.lastUs;
      this.clearAll();
      this.slot = slot;
    }
    while (this.slot < slot) {
      this.slot += 1;
      this.leave(this.slot % SLOTS);
    }
  }

  private leave(at: number): void {
    if (this.lastOfSlotUs[at]! > 0) this.anchorUs = this.lastOfSlotUs[at]!;
    this.frames[at] = 0;
    this.bytes[at] = 0;
    this.lastOfSlotUs[at] = 0;
  }

  private clearAll(): void {
    this.frames.fill(0);
    this.bytes.fill(0);
    this.lastOfSlotUs.fill(0);
  }
}

function sum(values: Float64Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
