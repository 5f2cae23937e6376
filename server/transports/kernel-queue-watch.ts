import type { CancelTimer, Clock } from '../../shared/clock.js';
import type { KernelQueue, KernelQueues } from './kernel-queue.js';
import { readKernelQueues } from './kernel-queue.js';

/** A connection whose queue in the kernel is looked at. */
export interface WatchedPeer {
  /** See `socketKey`. */
  readonly key: string;
  /** Whether its queue is worth looking at often. */
  readonly isSuspect: boolean;
  /** The queue is being read: what is written from now on may not be in what is read. */
  onLook(): void;
  /** What was read; null where the kernel tells nothing of this connection. */
  onKernelQueue(queue: KernelQueue | null): void;
  /** Nothing will be read any more. */
  onUnwatched(): void;
}

/** How often the kernel's tables are read: rarely while all keep up, often while somebody may not. */
const CALM_POLL_US = 100_000;
const SUSPECT_POLL_US = 20_000;
/** Reading takes the kernel a millisecond and more the longer the tables are; it may not take a twentieth of the time. */
const POLL_US_PER_PEER = 50;

/**
 * Tells the peers of one transport how many bytes the kernel holds for them. Elsewhere than on Linux it tells them, after
 * its first try, that it cannot.
 */
export class KernelQueueWatch {
  private readonly peers = new Map<string, WatchedPeer>();
  private cancelPoll: CancelTimer | null = null;
  private isReading = false;
  private canRead = true;

  /** @param readQueues as `readKernelQueues` */
  constructor(
    private readonly clock: Clock,
    private readonly readQueues = readKernelQueues,
  ) {}

  add(peer: WatchedPeer): void {
    this.peers.set(peer.key, peer);
    if (!this.canRead) peer.onUnwatched();
    else this.schedule();
  }

  delete(peer: WatchedPeer): void {
    if (this.peers.get(peer.key) !== peer) return;
    this.peers.delete(peer.key);
    if (this.peers.size === 0) this.cancelPoll?.();
  }

  /** Reads nothing more. */
  close(): void {
    this.canRead = false;
    this.cancelPoll?.();
  }

  /** Plans the next look; one that is planned already comes earlier when it has to. */
  private schedule(): void {
    this.cancelPoll?.();
    if (!this.canRead || this.isReading || this.peers.size === 0) return;
    const isSuspect = [...this.peers.values()].some((peer) => peer.isSuspect);
    const intervalUs = (isSuspect ? SUSPECT_POLL_US : CALM_POLL_US) + this.peers.size * POLL_US_PER_PEER;
    this.cancelPoll = this.clock.schedule(intervalUs, () => void this.read());
  }

  private async read(): Promise<void> {
    this.isReading = true;
    for (const peer of this.peers.values()) peer.onLook();
    try {
      this.tell(await this.readQueues(new Set(this.peers.keys())));
    } catch {
      // A process that has too many files open cannot read another one; it can later.
    }
    this.isReading = false;
    this.schedule();
  }

  private tell(queues: KernelQueues | null): void {
    if (!queues) this.canRead = false;
    for (const peer of this.peers.values()) {
      if (queues) peer.onKernelQueue(queues.get(peer.key) ?? null);
      else peer.onUnwatched();
    }
  }
}
