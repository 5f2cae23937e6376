import { describe, expect, it } from 'vitest';
import { EVERY_LIMIT_BYTES, Subscriber } from '../../../../server/hub/subscriber.js';
import type { SubscriberOptions } from '../../../../server/hub/subscriber.js';
import { FakeFrameSink } from '../../../helpers/fake-frame-sink.js';
import { publishedFrame } from '../../../helpers/fake-frames.js';

function subscribe(options: Partial<Omit<SubscriberOptions, 'sink'>> = {}) {
  const sink = new FakeFrameSink();
  const subscriber = new Subscriber({ policy: 'latest', maxFps: null, fps: 30, fixedWindow: null, ...options, sink });
  const offer = (...sequences: number[]) => sequences.forEach((sequence) => subscriber.offer(publishedFrame(sequence)));
  return { sink, subscriber, offer };
}

describe('Subscriber with policy latest', () => {
  it('sends two frames without an acknowledgement and then no more', () => {
    const { sink, subscriber, offer } = subscribe();
    offer(0, 1, 2, 3);
    expect(sink.take()).toEqual(['frame 0', 'frame 1']);
    expect(subscriber.window).toBe(2);
    expect(subscriber.waitingFrames).toBe(1);
  });

  it('sends the newest frame when credit comes, and says first what it left out', () => {
    const { sink, subscriber, offer } = subscribe();
    offer(0, 1, 2, 3, 4);
    sink.take();
    expect(subscriber.acknowledge(0)).toBe(true);
    expect(sink.take()).toEqual(['skipped 2-3', 'frame 4']);
    expect(subscriber.counters).toEqual({
      sent: 3,
      sentBytes: 3 * 155,
      acknowledged: 1,
      replaced: 2,
      thinned: 0,
      lags: 1,
    });
  });

  it('begins anywhere and has nothing to say about what was before', () => {
    const { sink, offer } = subscribe();
    offer(1000);
    expect(sink.take()).toEqual(['frame 1000']);
  });

  it('announces what the server dropped before encoding, before the next frame', () => {
    const { sink, subscriber, offer } = subscribe();
    offer(0);
    subscriber.noteDropped(1, 3);
    subscriber.noteDropped(4, 4);
    offer(5);
    expect(sink.take()).toEqual(['frame 0', 'skipped 1-4', 'frame 5']);
  });

  it('announces what was dropped before the first frame', () => {
    const { sink, subscriber, offer } = subscribe();
    subscriber.noteDropped(4, 6);
    offer(7);
    expect(sink.take()).toEqual(['skipped 4-6', 'frame 7']);
  });

  it('leaves a frame that is lost unannounced, between ranges that are', () => {
    const { sink, subscriber, offer } = subscribe();
    offer(0);
    subscriber.noteDropped(1, 1);
    subscriber.noteDropped(3, 4);
    offer(5);
    expect(sink.take()).toEqual(['frame 0', 'skipped 1-1', 'skipped 3-4', 'frame 5']);
  });

  it('counts an acknowledgement of several frames, and a repeated one once', () => {
    const { subscriber, offer } = subscribe();
    offer(0, 1);
    expect(subscriber.acknowledge(1)).toBe(true);
    expect(subscriber.acknowledge(1)).toBe(true);
    expect(subscriber.acknowledge(0)).toBe(true);
    expect(subscriber.counters.acknowledged).toBe(2);
  });

  it('refuses an acknowledgement of a frame that was not sent', () => {
    const { sink, subscriber, offer } = subscribe();
    expect(subscriber.acknowledge(0)).toBe(false);
    offer(5, 6, 7);
    expect(subscriber.acknowledge(7)).toBe(false);
    expect(sink.take()).toEqual(['frame 5', 'frame 6']);
    expect(subscriber.acknowledge(6)).toBe(true);
    expect(sink.take()).toEqual(['frame 7']);
  });

  it('counts one lag for each time the client falls behind', () => {
    const { subscriber, offer } = subscribe();
    offer(0, 1, 2, 3, 4);
    expect(subscriber.counters.lags).toBe(1);
    subscriber.acknowledge(4 - 3);
    offer(5, 6, 7, 8);
    expect(subscriber.counters.lags).toBe(2);
  });

  it('holds frames while this process still has bytes for the client, acknowledged or not', () => {
    const { sink, subscriber, offer } = subscribe();
    sink.backlog = 1;
    offer(0, 1);
    expect(sink.take()).toEqual([]);
    sink.backlog = 0;
    subscriber.pump();
    expect(sink.take()).toEqual(['skipped 0-0', 'frame 1']);
  });

  it('finds out by itself that a backlog is gone, since a short one ends without a drain event', () => {
    const { sink, offer } = subscribe();
    sink.backlog = 20;
    offer(0);
    sink.backlog = 0;
    offer(1);
    expect(sink.take()).toEqual(['skipped 0-0', 'frame 1']);
    offer(2);
    expect(sink.take()).toEqual(['frame 2']);
  });
});

describe('Subscriber with policy queue:N', () => {
  it('keeps the newest N frames and sends them in order', () => {
    const { sink, subscriber, offer } = subscribe({ policy: 'queue:3' });
    offer(0, 1, 2, 3, 4, 5, 6);
    expect(sink.take()).toEqual(['frame 0', 'frame 1']);
    expect(subscriber.waitingFrames).toBe(3);
    subscriber.acknowledge(0);
    expect(sink.take()).toEqual(['skipped 2-3', 'frame 4']);
    subscriber.acknowledge(4);
    expect(sink.take()).toEqual(['frame 5', 'frame 6']);
    expect(subscriber.waitingFrames).toBe(0);
  });

  it('does not let a new frame overtake those that wait', () => {
    const { sink, subscriber, offer } = subscribe({ policy: 'queue:3' });
    sink.backlog = 1;
    offer(0, 1);
    sink.backlog = 0;
    offer(2);
    expect(sink.take()).toEqual(['frame 0', 'frame 1']);
    subscriber.acknowledge(0);
    expect(sink.take()).toEqual(['frame 2']);
  });

  it('announces every frame left out, also a thousand times between frames that wait', () => {
    const { sink, subscriber, offer } = subscribe({ policy: 'queue:1000', maxFps: 10 });
    const sequences = Array.from({ length: 6000 }, (_, sequence) => sequence);
    offer(...sequences);
    for (let acknowledged = 0; acknowledged < 6000; acknowledged += 3) subscriber.acknowledge(acknowledged);
    const announced = sink.take().flatMap((line) => {
      const [, first = NaN, last = first] = /(\d+)(?:-(\d+))?$/.exec(line)?.map(Number) ?? [];
      return Array.from({ length: (Number.isNaN(last) ? first : last) - first + 1 }, (_, index) => first + index);
    });
    expect(announced).toEqual(sequences.slice(0, 5998));
  });
});

describe('Subscriber with policy every', () => {
  it('sends every frame without waiting for credit or an empty backlog', () => {
    const { sink, offer } = subscribe({ policy: 'every' });
    sink.backlog = 1000;
    offer(0, 1, 2, 3, 4, 5);
    expect(sink.take()).toEqual([0, 1, 2, 3, 4, 5].map((sequence) => `frame ${sequence}`));
  });

  it('gives up on a client when more than the limit is not acknowledged', () => {
    const { sink, subscriber } = subscribe({ policy: 'every' });
    const jpegBytes = 8 * 1024 * 1024 - 55;
    for (let sequence = 0; sequence < 9; sequence += 1) subscriber.offer(publishedFrame(sequence, { jpegBytes }));
    expect(sink.take()).toHaveLength(9);
    subscriber.offer(publishedFrame(9));
    expect(sink.take()).toEqual([`too far behind ${9 * 8 * 1024 * 1024}`]);
    subscriber.acknowledge(0);
    subscriber.offer(publishedFrame(10));
    expect(sink.take()).toEqual(['frame 10']);
  });

  it('gives up on a client that acknowledges but whose backlog grows over the limit', () => {
    const { sink, offer } = subscribe({ policy: 'every' });
    sink.backlog = EVERY_LIMIT_BYTES;
    offer(0);
    sink.backlog = EVERY_LIMIT_BYTES + 1;
    offer(1);
    expect(sink.take()).toEqual(['frame 0', `too far behind ${EVERY_LIMIT_BYTES + 1}`]);
  });

  it('still thins out', () => {
    const { sink, offer } = subscribe({ policy: 'every', maxFps: 10 });
    offer(0, 1, 2, 3, 4, 5, 6);
    expect(sink.take()).toEqual(['frame 0', 'skipped 1-2', 'frame 3', 'skipped 4-5', 'frame 6']);
  });
});

describe('Subscriber with maxFps', () => {
  it('thins the stream, counts it, and says which frames', () => {
    const { sink, subscriber, offer } = subscribe({ maxFps: 10 });
    offer(0, 1, 2, 3, 4, 5, 6);
    expect(sink.take()).toEqual(['frame 0', 'skipped 1-2', 'frame 3']);
    expect(subscriber.counters).toMatchObject({ sent: 2, thinned: 4, replaced: 0, lags: 1 });
    subscriber.acknowledge(3);
    expect(sink.take()).toEqual(['skipped 4-5', 'frame 6']);
  });

  it('sends what waited when the backlog is gone, also with a frame that is thinned out', () => {
    const { sink, offer } = subscribe({ maxFps: 1 });
    sink.backlog = 20;
    offer(0);
    sink.backlog = 0;
    offer(1);
    expect(sink.take()).toEqual(['frame 0']);
  });

  it('joins thinned and replaced frames in one range', () => {
    const { sink, subscriber, offer } = subscribe({ maxFps: 10 });
    offer(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
    sink.take();
    subscriber.acknowledge(0);
    expect(sink.take()).toEqual(['skipped 4-11', 'frame 12']);
  });
});
