const KEPT = 16;
/** Fewer steps say nothing. */
const LEAST = 3;

/** Learns how many ticks there are between pictures, from the RTP timestamps of the last ones, in whatever order. */
export class RtpPeriod {
  private readonly times: number[] = [];
  private newest = 0;
  private highestTime = 0;

  /** A picture; takes its 32-bit timestamp. */
  add(rtpTime: number): void {
    const time = this.unwrapped(rtpTime);
    this.highestTime = this.times.length === 0 ? time : Math.max(this.highestTime, time);
    this.newest = time;
    this.times.push(time);
    if (this.times.length > KEPT) this.times.shift();
  }

  /** Pictures that would fit between the highest one so far and that of `rtpTime`, at the usual distance; null: unknown. */
  roomBefore(rtpTime: number): number | null {
    const sorted = this.times.toSorted((a, b) => a - b);
    const steps = sorted.slice(1).map((time, index) => time - (sorted[index] ?? time));
    const forward = steps.filter((step) => step > 0).toSorted((a, b) => a - b);
    const usual = forward[Math.floor((forward.length - 1) / 2)];
    if (usual === undefined || forward.length < LEAST) return null;
    return Math.max(0, Math.round((this.unwrapped(rtpTime) - this.highestTime) / usual) - 1);
  }

  restart(): void {
    this.times.length = 0;
  }

  private unwrapped(rtpTime: number): number {
    if (this.times.length === 0) return rtpTime;
    return this.newest + ((rtpTime - this.newest) | 0);
  }
}
