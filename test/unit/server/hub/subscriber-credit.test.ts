import { describe, expect, it } from 'vitest';
import { Subscriber } from '../../../../server/hub/subscriber.js';
import type { SubscriberOptions } from '../../../../server/hub/subscriber.js';
import { FakeFrameSink } from '../../../helpers/fake-frame-sink.js';
import { publishedFrame } from '../../../helpers/fake-frames.js';

function subscribe(options: Partial<Omit<SubscriberOptions, 'sink'>> = {}) {
  const sink = new FakeFrameSink();
  const subscriber = new Subscriber({ policy: 'latest', maxFps: null, fps: 30, fixedWindow: null, ...options, sink });
  let next = 0;
  return {
    sink,
    subscriber,
    /** Frames that the client receives and acknowledges one by one. */
    keepUp: (frames: number) => {
      for (const end = next + frames; next < end; next += 1) {
        subscriber.offer(publishedFrame(next));
        subscriber.acknowledge(sink.newest);
      }
      return sink.take();
    },
    /** Frames that the client does not acknowledge. */
    stall: (frames: number) => {
      for (const end = next + frames; next < end; next += 1) subscriber.offer(publishedFrame(next));
      return sink.take();
    },
    creditIn: (log: readonly string[]) => log.filter((line) => line.startsWith('credit')),
  };
}

describe('ackEvery', () => {
  it('is granted once after two seconds without a lag, as a sixth of a second of frames', () => {
    const { keepUp, subscriber, creditIn } = subscribe();
    expect(creditIn(keepUp(59))).toEqual([]);
    expect(keepUp(1)).toEqual(['frame 59', 'credit 5']);
    expect(creditIn(keepUp(1000))).toEqual([]);
    expect(subscriber.window).toBe(6);
  });

  it.each([
    { fps: 30, maxFps: null, ackEvery: 5 },
    { fps: 60, maxFps: null, ackEvery: 8 },
    { fps: 240, maxFps: null, ackEvery: 8 },
    { fps: 12, maxFps: null, ackEvery: 2 },
    { fps: 30, maxFps: 12, ackEvery: 2 },
    { fps: 12, maxFps: 60, ackEvery: 2 },
  ])('is $ackEvery at $fps fps with maxFps $maxFps', ({ ackEvery, ...options }) => {
    const { keepUp, creditIn } = subscribe(options);
    expect(creditIn(keepUp(1000))).toEqual([`credit ${ackEvery}`]);
  });

  it.each([11, 1, 0.1])('is never raised at %d fps, where it would save nothing', (fps) => {
    const { keepUp, creditIn } = subscribe({ fps });
    expect(creditIn(keepUp(1000))).toEqual([]);
  });

  it('is taken back as soon as the client lags, before the frame that waits', () => {
    const { keepUp, stall, subscriber } = subscribe();
    keepUp(60);
    expect(stall(6)).toEqual([60, 61, 62, 63, 64, 65].map((sequence) => `frame ${sequence}`));
    expect(stall(1)).toEqual(['credit 1']);
    expect(subscriber.window).toBe(2);
    expect(stall(10)).toEqual([]);
  });

  it('does not get stuck when credit is taken back: the acknowledgement it asks for opens the window', () => {
    const { keepUp, stall, subscriber, sink } = subscribe();
    keepUp(60);
    stall(7);
    // The client had received all six and kept four acknowledgements back.
    subscriber.acknowledge(65);
    expect(sink.take()).toEqual(['frame 66']);
  });

  it('is earned anew after a lag', () => {
    const { keepUp, stall, creditIn } = subscribe();
    keepUp(60);
    stall(7);
    expect(creditIn(keepUp(60))).toEqual([]);
    expect(keepUp(1)).toEqual(['frame 127', 'credit 5']);
  });

  it('is not granted under policy every, where nothing waits for credit', () => {
    const { keepUp, creditIn } = subscribe({ policy: 'every' });
    expect(creditIn(keepUp(1000))).toEqual([]);
  });

  it('is not granted to a peer that cannot acknowledge', () => {
    const { keepUp, stall, creditIn, subscriber } = subscribe({ fixedWindow: 1 });
    expect(creditIn(keepUp(1000))).toEqual([]);
    expect(stall(3)).toEqual(['frame 1000']);
    expect(subscriber.window).toBe(1);
  });
});

describe('the window', () => {
  it.each([
    { rttUs: 0, fps: 30, window: 2 },
    { rttUs: 30_000, fps: 30, window: 2 },
    { rttUs: 33_334, fps: 30, window: 3 },
    { rttUs: 100_000, fps: 30, window: 4 },
    { rttUs: 100_000, fps: 60, window: 7 },
    { rttUs: 900_000, fps: 30, window: 28 },
    { rttUs: 60_000_000, fps: 30, window: 30 },
    { rttUs: 60_000_000, fps: 0.5, window: 2 },
    { rttUs: 60_000_000, fps: 2.9, window: 2 },
  ])('is $window frames at $fps fps when the round trip takes $rttUs us', ({ rttUs, fps, window }) => {
    const { subscriber } = subscribe({ fps });
    subscriber.setRoundTripUs(rttUs);
    expect(subscriber.window).toBe(window);
  });

  it('counts frames at the rate that is really sent', () => {
    const { subscriber } = subscribe({ fps: 60, maxFps: 10 });
    subscriber.setRoundTripUs(300_000);
    expect(subscriber.window).toBe(4);
  });

  it('sends what waits when a round trip shows that more may be in flight', () => {
    const { subscriber, stall, sink } = subscribe({ policy: 'queue:10' });
    stall(6);
    subscriber.setRoundTripUs(100_000);
    expect(sink.take()).toEqual(['frame 2', 'frame 3']);
  });

  it('adds what an acknowledgement may cover to what the path needs', () => {
    const { subscriber, keepUp } = subscribe();
    subscriber.setRoundTripUs(100_000);
    keepUp(60);
    expect(subscriber.window).toBe(8);
  });

  it('is not changed by a round trip where it is fixed', () => {
    const { subscriber } = subscribe({ fixedWindow: 1 });
    subscriber.setRoundTripUs(1_000_000);
    expect(subscriber.window).toBe(1);
  });
});
