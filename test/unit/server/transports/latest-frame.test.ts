import { describe, expect, it } from 'vitest';
import { waitForFrame } from '../../../../server/transports/latest-frame.js';
import { createStream, encodedFrame } from '../../../helpers/hub-stream-of-test.js';

const REASON = { code: 'STREAM_REMOVED', message: 'It was removed.' } as const;

function start() {
  const { clock, stream } = createStream();
  const demands: boolean[] = [];
  stream.observe({ onDemand: (wanted) => demands.push(wanted) });
  const wait = (options: { after?: number; signal?: AbortSignal } = {}) =>
    waitForFrame(stream, { timeoutMs: 5000, clock, ...options });
  return { clock, stream, demands, wait };
}

describe('waitForFrame', () => {
  it('gives the newest frame at once, as it was published, and renews the demand for the source', async () => {
    const { stream, clock, demands, wait } = start();
    stream.publish(encodedFrame(4));
    stream.publish(encodedFrame(5));
    const frame = await wait();
    expect(frame).toBe(stream.newestFrame);
    expect(frame?.header).toMatchObject({ sequence: 5, flags: 0 });
    expect([demands, clock.pending, stream.subscriberCount]).toEqual([[true, false], 0, 0]);
  });

  it('wakes an idle source and waits for its first frame', async () => {
    const { stream, demands, wait } = start();
    const waiting = wait();
    expect(demands).toEqual([true]);
    stream.publish(encodedFrame(0));
    expect((await waiting)?.header.sequence).toBe(0);
    expect(demands).toEqual([true, false]);
  });

  it('waits for the first frame after a given one, however many come before', async () => {
    const { stream, wait } = start();
    stream.publish(encodedFrame(0));
    const waiting = wait({ after: 4 });
    for (let sequence = 1; sequence < 8; sequence += 1) stream.publish(encodedFrame(sequence));
    expect((await waiting)?.header.sequence).toBe(5);
  });

  it('gives a newer frame that is there already', async () => {
    const { stream, wait } = start();
    stream.publish(encodedFrame(9));
    expect((await wait({ after: 7 }))?.header.sequence).toBe(9);
  });

  it('does not give the same frame again', async () => {
    const { stream, clock, wait } = start();
    stream.publish(encodedFrame(9));
    const waiting = wait({ after: 9 });
    clock.advance(4_999_999);
    expect(stream.subscriberCount).toBe(1);
    clock.advance(1);
    expect(await waiting).toBeNull();
    expect(stream.subscriberCount).toBe(0);
  });

  it('waits on while the source is down', async () => {
    const { stream, wait } = start();
    const waiting = wait();
    stream.setState('offline', { code: 'SOURCE_FAILED', message: 'It is gone.' });
    stream.publish(encodedFrame(3));
    expect((await waiting)?.header.sequence).toBe(3);
  });

  it.each([
    ['ends', (stream: ReturnType<typeof start>['stream']) => stream.setState('ended')],
    ['is removed', (stream: ReturnType<typeof start>['stream']) => stream.endAsRemoved(REASON)],
  ])('gives up when the stream %s', async (_, end) => {
    const { stream, clock, wait } = start();
    const waiting = wait();
    end(stream);
    expect(await waiting).toBeNull();
    expect(await wait()).toBeNull();
    expect([stream.subscriberCount, clock.pending]).toEqual([0, 0]);
  });

  it('gives up when whoever asked has gone', async () => {
    const { stream, clock, wait } = start();
    const abort = new AbortController();
    const waiting = wait({ signal: abort.signal });
    abort.abort();
    expect(await waiting).toBeNull();
    expect(await wait({ signal: abort.signal })).toBeNull();
    expect([stream.subscriberCount, clock.pending]).toEqual([0, 0]);
  });
});
