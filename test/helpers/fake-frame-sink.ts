import type { PublishedFrame } from '../../server/hub/frame.js';
import type { FrameSink } from '../../server/hub/subscriber.js';

/** The road to a client, on paper: notes what was sent over it, in order. */
export class FakeFrameSink implements FrameSink {
  /** `frame 7`, `skipped 3-6`, `credit 5`, `too far behind 1000`. */
  readonly log: string[] = [];
  /** Number of the newest frame that was sent, -1 before the first. */
  newest = -1;
  backlog = 0;

  sendFrame({ header }: PublishedFrame, skipped: readonly { first: number; last: number }[]): void {
    for (const { first, last } of skipped) this.log.push(`skipped ${first}-${last}`);
    this.log.push(`frame ${header.sequence}`);
    this.newest = header.sequence;
  }

  sendCredit(ackEvery: number): void {
    this.log.push(`credit ${ackEvery}`);
  }

  backlogBytes(): number {
    return this.backlog;
  }

  tooFarBehind(bytesBehind: number): void {
    this.log.push(`too far behind ${bytesBehind}`);
  }

  /** What was noted since the last call. */
  take(): string[] {
    return this.log.splice(0);
  }
}
