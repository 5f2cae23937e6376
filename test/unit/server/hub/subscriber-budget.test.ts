import { describe, expect, it } from 'vitest';
import { ByteBudget } from '../../../../server/hub/byte-budget.js';
import { EVERY_LIMIT_BYTES, Subscriber } from '../../../../server/hub/subscriber.js';
import type { Policy } from '../../../../shared/protocol/messages.js';
import { FakeClock } from '../../../helpers/fake-clock.js';
import { FakeFrameSink } from '../../../helpers/fake-frame-sink.js';
import { publishedFrame } from '../../../helpers/fake-frames.js';

/** Bytes of the header of a frame of these tests. */
const HEADER_BYTES = 55;
const FRAME_US = 100_000;

/** A client that acknowledges at once, with a budget of so many frames of 1000 bytes a second. */
function subscribe(framesPerSecond: number, policy: Policy = 'latest') {
  const clock = new FakeClock();
  const budget = new ByteBudget(framesPerSecond * 1000, clock);
  const sink = new FakeFrameSink();
  const subscriber = new Subscriber({ policy, maxFps: null, fps: 10, fixedWindow: null, sink, budget });
  const frame = (sequence: number, bytes = 1000) => publishedFrame(sequence, { jpegBytes: bytes - HEADER_BYTES });
  /** Publishes frames at ten a second. */
  const publish = (first: number, last: number) => {
    for (let sequence = first; sequence <= last; sequence += 1) {
      subscriber.offer(frame(sequence));
      if (sink.newest >= 0) subscriber.acknowledge(sink.newest);
      clock.advance(FRAME_US);
      if (sink.newest >= 0) subscriber.acknowledge(sink.newest);
    }
  };
  return { clock, sink, subscriber, frame, publish };
}

describe('a subscriber with a budget', () => {
  it('gets all frames while they fit', () => {
    const { subscriber, publish } = subscribe(10);
    publish(0, 99);
    expect(subscriber.counters).toMatchObject({ sent: 100, replaced: 0, lags: 0 });
  });

  it('gets fewer when they do not, the newest each time, and is told of each that was left out', () => {
    const { sink, subscriber, publish } = subscribe(5);
    publish(0, 7);
    expect(sink.take()).toEqual([
      ...['frame 0', 'frame 1', 'skipped 2-2', 'frame 3', 'skipped 4-4', 'frame 5', 'skipped 6-6', 'frame 7'],
    ]);
    publish(8, 99);
    // Half of them, as of bytes; the client keeps up, so it does not count as one that lags.
    expect(subscriber.counters).toMatchObject({ sent: 51, replaced: 49, lags: 0 });
    expect(subscriber.waitingFrames).toBe(0);
  });

  it('gets the last frame too, when there is room for it again', () => {
    const { clock, sink, subscriber, publish } = subscribe(2);
    publish(0, 2);
    expect(subscriber.waitingFrames).toBe(1);
    clock.advance(10 * FRAME_US);
    expect(sink.log.at(-1)).toBe('frame 2');
    expect(clock.pending).toBe(0);
  });

  it('keeps the order and the newest of a queue', () => {
    const { sink, subscriber, publish } = subscribe(2, 'queue:3');
    publish(0, 19);
    const sent = sink.log.filter((line) => line.startsWith('frame')).map((line) => Number(line.slice(6)));
    expect(sent).toEqual([...sent].sort((a, b) => a - b));
    const { counters, waitingFrames } = subscriber;
    expect(waitingFrames).toBeGreaterThan(0);
    expect(waitingFrames).toBeLessThanOrEqual(3);
    expect(counters.sent + counters.replaced + waitingFrames).toBe(20);
  });

  it('sends a frame that is larger than the burst', () => {
    const { sink, subscriber, frame } = subscribe(1);
    subscriber.offer(frame(0, 50_000));
    expect(sink.take()).toEqual(['frame 0']);
  });

  it('still needs credit', () => {
    const { clock, sink, subscriber, frame } = subscribe(100);
    for (const sequence of [0, 1, 2]) subscriber.offer(frame(sequence));
    clock.advance(FRAME_US);
    expect(sink.take()).toEqual(['frame 0', 'frame 1']);
    subscriber.acknowledge(0);
    expect(sink.take()).toEqual(['frame 2']);
  });

  it('with policy `every` waits with its frames, loses none, and goes when too much waits', () => {
    const { clock, sink, subscriber, frame, publish } = subscribe(5, 'every');
    publish(0, 9);
    clock.advance(10 * FRAME_US);
    expect(sink.take()).toEqual(Array.from({ length: 10 }, (_, sequence) => `frame ${sequence}`));
    subscriber.acknowledge(9);
    const half = EVERY_LIMIT_BYTES / 2 + 1;
    for (const sequence of [10, 11, 12]) subscriber.offer(frame(sequence, half));
    expect(sink.take()).toEqual(['frame 10', `too far behind ${2 * half}`]);
  });

  it('sends nothing more when it was closed', () => {
    const { clock, sink, subscriber, publish } = subscribe(2);
    publish(0, 2);
    sink.take();
    subscriber.close();
    clock.advance(50 * FRAME_US);
    expect([sink.take(), subscriber.waitingFrames, clock.pending]).toEqual([[], 0, 0]);
  });
});
