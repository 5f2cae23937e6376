import type { PacketizedPicture } from './coded-video.js';
import { TICKS_PER_SECOND } from './coded-video.js';

/** What may wait unsent: this much, or so much of the stream where that is more, but never beyond a bound. */
const MIN_UNSENT_BYTES = 131_072;
const UNSENT_SECONDS = 0.5;
const MAX_UNSENT_BYTES = 8_388_608;

/**
 * Decides which pictures a connection gets, so that what waits in this process stays bounded: one that does not fit behind
 * what waits is left out, with all that follow up to the next key picture that fits. The first is a key picture.
 */
export class PictureGate {
  private needsKey = true;
  private limitBytes = MIN_UNSENT_BYTES;
  private windowBeginTicks: number | null = null;
  private windowBytes = 0;

  /** Whether `picture` is to be sent, while `unsentBytes` wait. */
  admits(picture: PacketizedPicture, unsentBytes: number): boolean {
    this.measure(picture);
    if (this.needsKey && !picture.isKey) return false;
    // One alone may be larger than the limit, or it would never be sent.
    this.needsKey = unsentBytes > 0 && unsentBytes + picture.lengthBytes > this.limitBytes;
    return !this.needsKey;
  }

  /** Learns the rate of the stream, a second at a time. */
  private measure({ ptsTicks, lengthBytes }: PacketizedPicture): void {
    const spanTicks = ptsTicks - (this.windowBeginTicks ?? Infinity);
    if (spanTicks >= TICKS_PER_SECOND) {
      const halfSecondBytes = (this.windowBytes * TICKS_PER_SECOND * UNSENT_SECONDS) / spanTicks;
      this.limitBytes = Math.min(MAX_UNSENT_BYTES, Math.max(MIN_UNSENT_BYTES, halfSecondBytes));
    }
    if (!(spanTicks > -TICKS_PER_SECOND && spanTicks < TICKS_PER_SECOND)) {
      this.windowBeginTicks = ptsTicks;
      this.windowBytes = 0;
    }
    this.windowBytes += lengthBytes;
  }
}
