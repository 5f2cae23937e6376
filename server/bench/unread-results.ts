import type { CancelTimer, Clock } from '../../shared/clock.js';
import type { BenchPeer } from './bench-peer.js';

/** What may wait unread for all coordinators together: the results of 256 devices, as large as they may be. */
export const MAX_UNREAD_RESULT_BYTES = 16 * 1024 * 1024;
/** How long a coordinator may go on reading when its benchmark is over. */
const READ_ON_FOR_US = 30_000_000;

/**
 * Keeps coordinators that do not read from filling the memory of the server. Results cannot be left out, so who has too
 * many of them waiting is ended: first those whose benchmark is over.
 */
export class UnreadResults {
  /** Coordinators that were sent results, the one that was sent its first one longest ago in front. */
  private readonly readers = new Map<BenchPeer, CancelTimer>();

  constructor(private readonly clock: Clock) {}

  /** A result went to `coordinator`. Ends sessions where too much waits, which may be this one. */
  onSent(coordinator: BenchPeer): void {
    if (!this.readers.has(coordinator)) this.readers.set(coordinator, noTimer);
    let waiting = [...this.readers.keys()].reduce((sum, peer) => sum + peer.unreadResultBytes, 0);
    for (const peer of [...this.readers.keys()]) {
      if (waiting <= MAX_UNREAD_RESULT_BYTES) return;
      waiting -= peer.unreadResultBytes;
      this.end(peer);
    }
  }

  /** The benchmark of `coordinator` is over. */
  onOver(coordinator: BenchPeer): void {
    if (!this.readers.has(coordinator)) return;
    this.forget(coordinator);
    if (coordinator.unreadResultBytes === 0) return;
    const cancel = this.clock.schedule(READ_ON_FOR_US, () => {
      if (coordinator.unreadResultBytes > 0) this.end(coordinator);
      else this.forget(coordinator);
    });
    this.readers.set(coordinator, cancel);
  }

  /** The connection of `peer` is gone, and what waited for it. */
  forget(peer: BenchPeer): void {
    this.readers.get(peer)?.();
    this.readers.delete(peer);
  }

  private end(peer: BenchPeer): void {
    this.forget(peer);
    if (peer.unreadResultBytes > 0) peer.endBehind();
  }
}

const noTimer: CancelTimer = () => undefined;
