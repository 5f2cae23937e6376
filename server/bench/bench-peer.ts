import type { BenchNotice } from '../../shared/protocol/bench-messages.js';

/** A session that takes part in benchmarks, as the room sees it. It is told things until it is gone. */
export interface BenchPeer {
  /** What people call the client. */
  readonly clientName: string;
  /** Whether it gave the token of an admin. */
  readonly isAdmin: boolean;
  /** Whether it does not read what it was sent; then what can be left out is. */
  readonly isBehind: boolean;
  /** Of the results that it was sent, what this process still holds at most. */
  readonly unreadResultBytes: number;
  send(notice: BenchNotice): void;
  /** Ends its session, since it does not read; the room hears that it is gone before this returns. */
  endBehind(): void;
}
