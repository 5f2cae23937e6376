/** Mean frames per second and million bits per second. */
export interface MeanRates {
  readonly fps: number;
  readonly mbps: number;
}

/**
 * Mean rates since the first frame. The first frame only starts the clock: n frames span n - 1 intervals. Time without
 * frames counts from when the next one was due, so that the mean does not wobble with the moment one looks at it.
 */
export class ArrivalRate {
  private firstUs: number | null = null;
  private lastUs = 0;
  private frames = 0;
  private bytes = 0;

  onFrame(receiveTimeUs: number, bytes: number): void {
    if (this.firstUs === null) {
      this.firstUs = receiveTimeUs;
    } else {
      this.frames += 1;
      this.bytes += bytes;
    }
    this.lastUs = receiveTimeUs;
  }

  /** Data that is no frame of the present; like the first frame, what came before it does not count. */
  onKept(bytes: number): void {
    if (this.firstUs !== null) this.bytes += bytes;
  }

  /** Mean rates up to the last frame, or up to one `periodUs` before `nowUs` where that is later. */
  mean(nowUs: number, periodUs: number): MeanRates {
    const spanUs = this.firstUs === null ? 0 : Math.max(this.lastUs, nowUs - periodUs) - this.firstUs;
    if (spanUs <= 0) return { fps: 0, mbps: 0 };
    return { fps: (this.frames * 1e6) / spanUs, mbps: (this.bytes * 8) / spanUs };
  }
}
