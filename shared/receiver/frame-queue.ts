import type { CancelTimer, Clock } from '../clock.js';
import type { StreamerError } from '../errors.js';

/**
 * A queue between a producer that pushes and one consumer that awaits; it ends once, with or without an error. Of more
 * than `capacity` items that wait the oldest falls out.
 */
export class FrameQueue<T> {
  private readonly items: T[] = [];
  private wake: (() => void) | null = null;
  private ended = false;
  private failure: StreamerError | null = null;

  constructor(private readonly capacity = Infinity) {}

  /** Adds an item; ignored after the end. */
  push(item: T): void {
    if (this.ended) return;
    this.items.push(item);
    if (this.items.length > this.capacity) this.items.shift();
    this.wake?.();
  }

  /** Ends the queue: what is in it can still be taken, then comes the end, or `error` once. */
  end(error: StreamerError | null): void {
    if (this.ended) return;
    this.ended = true;
    this.failure = error;
    this.wake?.();
  }

  /** The next item, null at the end. Only one call may wait at a time. Rejects with the error the queue ended with. */
  async take(): Promise<T | null> {
    if (this.mustWait()) await new Promise<void>((resolve) => (this.wake = resolve));
    this.wake = null;
    const item = this.items.shift();
    if (item !== undefined) return item;
    const { failure } = this;
    this.failure = null;
    if (failure) throw failure;
    return null;
  }

  /** The next item where there is one within `waitUs`, else null, and so at the end; an error is left for `take`. */
  async takeWithin(waitUs: number, clock: Clock): Promise<T | null> {
    let cancel: CancelTimer = () => undefined;
    if (this.mustWait()) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
        cancel = clock.schedule(waitUs, resolve);
      });
    }
    cancel();
    this.wake = null;
    return this.items.shift() ?? null;
  }

  private mustWait(): boolean {
    return this.items.length === 0 && !this.ended;
  }
}
