import type { StreamState } from '../../shared/protocol/messages.js';

/** What a path is doing, and how long it was down. All times are microseconds of our clock. */
export class PathState {
  private state: StreamState = 'idle';
  private reasonText: string | null = null;
  private connectingSinceUs: number | null = null;
  private firstUs: number | null = null;
  private downSinceUs: number | null = null;
  private endedUs: number | null = null;
  private downUs = 0;
  private recoveries = 0;

  /** Time from the beginning to connect to the first picture; null before it. */
  get firstFrameUs(): number | null {
    return this.firstUs;
  }

  /** Time from the beginning to connect to the regular end; null where there was none. */
  get endedAfterUs(): number | null {
    return this.endedUs;
  }

  get reconnects(): number {
    return this.recoveries;
  }

  /** Why it is in its state; null where there is nothing to say. */
  get reason(): string | null {
    return this.reasonText;
  }

  /** `live` while pictures may come; the others say themselves why none do. */
  get shown(): StreamState {
    return this.state;
  }

  onConnecting(nowUs: number): void {
    this.connectingSinceUs ??= nowUs;
    if (this.state === 'idle') this.state = 'connecting';
  }

  onPicture(arrivalTimeUs: number): void {
    if (this.state === 'live') return;
    this.state = 'live';
    this.reasonText = null;
    this.firstUs ??= arrivalTimeUs - (this.connectingSinceUs ?? arrivalTimeUs);
    if (this.downSinceUs === null) return;
    this.downUs += arrivalTimeUs - this.downSinceUs;
    this.downSinceUs = null;
    this.recoveries += 1;
  }

  /** It broke, or could not be opened. Time counts as an outage only where it had worked. */
  onBroken(nowUs: number, reason: string): void {
    if (this.firstUs !== null) this.downSinceUs ??= nowUs;
    this.state = 'offline';
    this.reasonText = reason;
  }

  onEnded(nowUs: number): void {
    this.state = 'ended';
    this.endedUs = nowUs - (this.connectingSinceUs ?? nowUs);
  }

  outageUs(nowUs: number): number {
    return this.downUs + (this.downSinceUs === null ? 0 : Math.max(0, nowUs - this.downSinceUs));
  }

  /** Begins to count anew at `nowUs`; what the path does stays. */
  reset(nowUs: number): void {
    this.recoveries = 0;
    this.downUs = 0;
    if (this.downSinceUs !== null) this.downSinceUs = nowUs;
  }
}
