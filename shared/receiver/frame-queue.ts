import type { StreamerError } from '../errors.js';

interface Waiting<T> {
  readonly resolve: (item: T | null) => void;
  readonly reject: (error: StreamerError) => void;
}

/**
 * A queue between a producer that pushes and one consumer that awaits; it ends once, with or without an error. Of more
 * than `capacity` items that wait the oldest falls out.
 */
export class FrameQueue<T> {
  private readonly items: T[] = [];
  private waiting: Waiting<T> | null = null;
  private ended = false;
  private failure: StreamerError | null = null;

  constructor(private readonly capacity = Infinity) {}

  /** Adds an item; ignored after the end. */
  push(item: T): void {
    if (this.ended) return;
    if (!this.waiting) {
      this.items.push(item);
      if (this.items.length > this.capacity) this.items.shift();
      return;
    }
    const { resolve } = this.waiting;
    this.waiting = null;
    resolve(item);
  }

  /** Ends the queue: what is in it can still be taken, then comes the end, or `error` once. */
  end(error: StreamerError | null): void {
    if (this.ended) return;
    this.ended = true;
    this.failure = error;
    if (!this.waiting) return;
    const { resolve, reject } = this.waiting;
    this.waiting = null;
    if (this.failure) reject(this.takeFailure(this.failure));
    else resolve(null);
  }

  /** The next item, null at the end. Only one call may wait at a time. Rejects with the error the queue ended with. */
  async take(): Promise<T | null> {
    const item = this.items.shift();
    if (item !== undefined) return item;
    if (this.failure) throw this.takeFailure(this.failure);
    if (this.ended) return null;
    return new Promise((resolve, reject) => (this.waiting = { resolve, reject }));
  }

  private takeFailure(error: StreamerError): StreamerError {
    this.failure = null;
    return error;
  }
}
