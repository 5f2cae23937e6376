import { expect } from 'vitest';
import type { Subscriber } from '../../server/hub/subscriber.js';
import type { SyntheticHub } from './synthetic-hub.js';

/** Frames in flight for a client whose round trip is short or not known. */
export const LEAST_WINDOW = 2;
/** Frames in flight for one that kept up and may cover five frames with an acknowledgement. */
export const EARNED_WINDOW = LEAST_WINDOW + 5 - 1;

/** Frames that were sent to a client and not acknowledged. */
export function inFlight({ counters }: Subscriber): number {
  return counters.sent - counters.acknowledged;
}

/**
 * Fails when the server keeps more for any client than its window, one frame that waits, and in its socket one frame
 * besides `smallMessagesBytes`.
 */
export function expectBoundedMemory({ stream, greatestBacklogBytes }: SyntheticHub, smallMessagesBytes: number): void {
  for (const subscriber of stream.subscribers) {
    expect(inFlight(subscriber)).toBeLessThanOrEqual(subscriber.window);
    expect(subscriber.waitingFrames).toBeLessThanOrEqual(1);
  }
  expect(greatestBacklogBytes).toBeLessThanOrEqual(stream.messageBytes + smallMessagesBytes);
}
