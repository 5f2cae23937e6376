import { expect } from 'vitest';
import type { Subscriber } from '../../server/hub/subscriber.js';
import type { SyntheticHub } from './synthetic-hub.js';
import type { SyntheticStream } from './synthetic-stream.js';
import { until } from './until.js';

/** Frames in flight for a client whose round trip is short or not known. */
export const LEAST_WINDOW = 2;
/** Frames in flight for one that kept up and may cover five frames with an acknowledgement. */
const EARNED_WINDOW = LEAST_WINDOW + 5 - 1;

/** Frames that were sent to a client and not acknowledged. */
export function inFlight({ counters }: Subscriber): number {
  return counters.sent - counters.acknowledged;
}

/** Publishes to a client that keeps up, until it may have as many frames in flight as that earns. */
export async function earnWindow(stream: SyntheticStream, subscriber: Subscriber): Promise<void> {
  while (subscriber.window < EARNED_WINDOW) {
    const sequence = stream.publish();
    await until(() => subscriber.counters.acknowledged === sequence + 1);
  }
}

/** Publishes `frames` frames to a client that has earned its window and reads no more: it gets that window and no more. */
export function expectNoMoreThanWindow(
  server: SyntheticHub,
  subscriber: Subscriber,
  frames: number,
  smallMessagesBytes: number,
): void {
  const { stream } = server;
  const { sent } = subscriber.counters;
  for (let frame = 0; frame < frames; frame += 1) stream.publish();
  expect(subscriber.counters.sent - sent).toBeLessThanOrEqual(EARNED_WINDOW);
  expect(subscriber.counters.sent - sent).toBeGreaterThanOrEqual(LEAST_WINDOW);
  expect(subscriber).toMatchObject({ window: LEAST_WINDOW, waitingFrames: 1 });
  expect(server.greatestBacklogBytes).toBeLessThanOrEqual(stream.messageBytes + smallMessagesBytes);
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
