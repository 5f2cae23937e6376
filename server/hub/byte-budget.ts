import type { CancelTimer, Clock } from '../../shared/clock.js';

/** Who shares a budget: one client's view of one stream. */
export interface BudgetMember {
  /** Its turn has come: it asks again if it still has something to send. */
  pump(): void;
}

/** What may be sent at once after a pause. A frame that is larger passes when the whole of it has been saved up. */
const BURST_SECONDS = 0.25;

/** The budget of a new client; null where there is no limit. */
export function clientBudget(bytesPerSecond: number | null | undefined, clock: Clock): ByteBudget | null {
  return bytesPerSecond == null ? null : new ByteBudget(bytesPerSecond, clock);
}

/**
 * Bytes that one client may be sent, over all its streams: a token bucket. Who finds it empty waits in a line and is told
 * when its frame fits, so that a stream of large frames gets its share beside one of small frames. What a frame takes beyond
 * the bucket is owed, which keeps the mean whatever the sizes are.
 */
export class ByteBudget {
  /** Members that wait, with the length of the frame each had; first come, first served. */
  private readonly line = new Map<BudgetMember, number>();
  private readonly burstBytes: number;
  private savedBytes: number;
  private savedAtUs: number;
  private turn: BudgetMember | null = null;
  private cancelTimer: CancelTimer | null = null;

  constructor(
    private readonly bytesPerSecond: number,
    private readonly clock: Clock,
  ) {
    this.burstBytes = bytesPerSecond * BURST_SECONDS;
    this.savedBytes = this.burstBytes;
    this.savedAtUs = clock.nowUs();
  }

  /** Takes `lengthBytes` for a frame that is sent now; false when it has to wait, and `pump` is called in its turn. */
  take(member: BudgetMember, lengthBytes: number): boolean {
    const mayPass = this.line.size === 0 || this.turn === member;
    if (mayPass && this.missingBytes(lengthBytes) <= 0) {
      this.savedBytes -= lengthBytes;
      return true;
    }
    this.line.set(member, lengthBytes);
    this.plan();
    return false;
  }

  /** Forgets a member that has nothing to send any more. */
  leave(member: BudgetMember): void {
    if (this.line.delete(member)) this.plan();
  }

  private missingBytes(lengthBytes: number): number {
    const nowUs = this.clock.nowUs();
    const earnedBytes = ((nowUs - this.savedAtUs) / 1_000_000) * this.bytesPerSecond;
    this.savedBytes = Math.min(this.burstBytes, this.savedBytes + earnedBytes);
    this.savedAtUs = nowUs;
    return Math.min(lengthBytes, this.burstBytes) - this.savedBytes;
  }

  /** One timer for the first in line. */
  private plan(): void {
    this.cancelTimer?.();
    this.cancelTimer = null;
    const [lengthBytes] = this.line.values();
    if (lengthBytes === undefined || this.turn !== null) return;
    const waitUs = (Math.max(0, this.missingBytes(lengthBytes)) / this.bytesPerSecond) * 1_000_000;
    this.cancelTimer = this.clock.schedule(Math.ceil(waitUs), () => this.serve());
  }

  /** A member that cannot send when its turn comes, such as for want of credit, loses its place. */
  private serve(): void {
    this.cancelTimer = null;
    for (const [member, lengthBytes] of this.line) {
      if (this.missingBytes(lengthBytes) > 0) break;
      this.line.delete(member);
      this.turn = member;
      member.pump();
      this.turn = null;
    }
    this.plan();
  }
}
