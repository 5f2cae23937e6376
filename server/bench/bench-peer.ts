import type { BenchNotice } from '../../shared/protocol/bench-messages.js';

/** A session that takes part in benchmarks, as the room sees it. It is told things until it is gone. */
export interface BenchPeer {
  /** What people call the client. */
  readonly clientName: string;
  /** Whether it does not read what it was sent; then what can be left out is. */
  readonly isBehind: boolean;
  send(notice: BenchNotice): void;
}
