import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { BrowserFrame, ConnectOptions, ConnectionStatus } from '../../../../../client/web/browser/frame-stream.js';
import { ViewerFeed } from '../../../../../client/web/react/viewer-feed.js';
import { FakeFrameStream } from '../../../../helpers/fake-frame-stream.js';

const OPTIONS = { serverUrl: 'http://127.0.0.1:8080/', stream: 'cam1' };

/** A feed whose connections a test makes: `outcomes` is what each try gives, streams without end. */
function feedOf(outcomes: readonly (Error | 'connects')[]) {
  const streams: FakeFrameStream[] = [];
  const frames: BrowserFrame[] = [];
  const statuses: ConnectionStatus[] = [];
  let tries = 0;
  const connect = async (options: ConnectOptions): Promise<FakeFrameStream> => {
    const outcome = outcomes[tries] ?? 'connects';
    tries += 1;
    options.onStatus?.({ connection: 'connecting', stream: null, state: null, reason: null });
    if (outcome !== 'connects') throw outcome;
    const stream = new FakeFrameStream(options);
    streams.push(stream);
    return stream;
  };
  const events = {
    onFrame: (frame: BrowserFrame) => void frames.push(frame),
    onStatus: (status: ConnectionStatus) => void statuses.push(status),
  };
  const feed = new ViewerFeed(OPTIONS, events, connect);
  return { feed, streams, frames, statuses, tries: () => tries };
}

function errorOf(code: string): Error {
  return Object.assign(new Error(`${code} happened`), { code });
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('ViewerFeed', () => {
  it('hands on what comes', async () => {
    const { streams, frames, statuses } = feedOf([]);
    await vi.advanceTimersByTimeAsync(0);
    streams[0]?.push({ sequence: 7 });
    await vi.advanceTimersByTimeAsync(0);
    expect(frames.map(({ sequence }) => sequence)).toEqual([7]);
    expect(statuses.map(({ connection }) => connection)).toEqual(['connecting', 'connected']);
    expect(streams[0]?.options).toMatchObject({ ...OPTIONS, image: 'bitmap' });
  });

  it('tries again when the first connection fails, and says why all the while', async () => {
    const { statuses, tries } = feedOf([errorOf('CONNECT_FAILED')]);
    await vi.advanceTimersByTimeAsync(0);
    const failed = { connection: 'reconnecting', reason: { code: 'CONNECT_FAILED' } };
    expect(statuses.at(-1)).toMatchObject(failed);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(tries()).toBe(2);
    expect(statuses.at(-2)).toMatchObject(failed);
    expect(statuses.at(-1)).toMatchObject({ connection: 'connected', reason: null });
  });

  it('leaves nothing behind of its tries', async () => {
    const added = vi.spyOn(AbortSignal.prototype, 'addEventListener');
    const removed = vi.spyOn(AbortSignal.prototype, 'removeEventListener');
    const { tries } = feedOf(Array.from({ length: 5 }, () => errorOf('CONNECT_FAILED')));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(tries()).toBe(6);
    expect(added).toHaveBeenCalledTimes(5);
    expect(removed.mock.calls).toEqual(added.mock.calls);
    vi.restoreAllMocks();
  });

  it('connects again when the server ends the connection', async () => {
    const { streams } = feedOf([]);
    await vi.advanceTimersByTimeAsync(0);
    streams[0]?.end({ code: 'SERVER_CLOSING', message: 'The server shuts down.' });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(streams).toHaveLength(2);
  });

  it.each(['BAD_TOKEN', 'KICKED', 'TOO_MANY_ATTEMPTS'])('does not try again after %s', async (code) => {
    const { statuses, tries } = feedOf([errorOf(code)]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(tries()).toBe(1);
    expect(statuses.at(-1)).toMatchObject({ connection: 'closed', reason: { code } });
  });

  it('does not try again when the server ends it for good', async () => {
    const { streams, statuses } = feedOf([]);
    await vi.advanceTimersByTimeAsync(0);
    streams[0]?.end({ code: 'KICKED', message: 'An administrator ended the connection.' });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(streams).toHaveLength(1);
    expect(statuses.at(-1)?.connection).toBe('closed');
  });

  it('closes its connection, and says nothing afterwards', async () => {
    const { feed, streams, frames, statuses } = feedOf([]);
    await vi.advanceTimersByTimeAsync(0);
    const told = statuses.length;
    feed.close();
    streams[0]?.push({ sequence: 1 });
    streams[0]?.tell({ connection: 'closed' });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(streams[0]?.isClosed).toBe(true);
    expect(frames).toEqual([]);
    expect(statuses).toHaveLength(told);
  });

  it('stops waiting when it is closed', async () => {
    const { feed, tries } = feedOf([errorOf('CONNECT_FAILED')]);
    await vi.advanceTimersByTimeAsync(0);
    feed.close();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(tries()).toBe(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('knows the age of a kept frame by the clock', async () => {
    const { feed, streams, frames } = feedOf([]);
    await vi.advanceTimersByTimeAsync(0);
    streams[0]?.push({ receivedTimeUs: 9_000_000, captureTimeUs: 2_000_500, kept: true });
    streams[0]?.push({ latencyUs: 4_000 });
    await vi.advanceTimersByTimeAsync(0);
    expect(frames.map((frame) => feed.ageAtArrivalMs(frame))).toEqual([7_000, 4]);
  });
});
