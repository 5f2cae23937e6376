import { TICKS_PER_SECOND } from './coded-video.js';
import type { CodedPicture } from './coded-video.js';

/** Times that differ by so much more than the pictures' arrival are of another origin, said or not. */
const MAX_LEAP_TICKS = 10 * TICKS_PER_SECOND;

/**
 * One timeline for pictures whose times begin anew whenever their encoder or source does: the first picture of each run is
 * placed by its capture time, the others keep their distance from it.
 */
export class PictureTimeline {
  /** What is added to the times of the present run; null before its first picture. */
  private shiftTicks: number | null = null;
  private last: number | null = null;

  /** The pictures that follow count from another origin. */
  begin(): void {
    this.shiftTicks = null;
  }

  /** When a picture is shown, in ticks of 1/90000 s since the epoch. */
  place({ ptsTicks, captureTimeUs }: CodedPicture): number {
    const captureTicks = Math.round((captureTimeUs / 1_000_000) * TICKS_PER_SECOND);
    const isLeap = this.shiftTicks !== null && Math.abs(ptsTicks + this.shiftTicks - captureTicks) > MAX_LEAP_TICKS;
    if (this.shiftTicks === null || isLeap) {
      // After what was sent last, also where that ran ahead of its capture time.
      const startTicks = Math.max(captureTicks, (this.last ?? -Infinity) + 1);
      this.shiftTicks = startTicks - ptsTicks;
    }
    const placed = ptsTicks + this.shiftTicks;
    this.last = Math.max(placed, this.last ?? -Infinity);
    return placed;
  }
}
