import { describe, expect, it } from 'vitest';
import { LatencyHistogram } from '../../../../../shared/histogram.js';
import { encodeCredit, encodePing, encodeSkipped } from '../../../../../shared/protocol/codec.js';
import { FrameFlag, MessageType } from '../../../../../shared/protocol/messages.js';
import { answerPing, connectedClient, fakeClient, settled, typesOf } from '../../../../helpers/browser-client.js';
import { OFFSET_US, START_US, streamInfo } from '../../../../helpers/observed-frame.js';
import { frameMessage, streamMessage, welcomeMessage } from '../../../../helpers/scripted-messages.js';

const SECOND_US = 1_000_000;
const kept = { flags: FrameFlag.KEPT };

describe('connect', () => {
  it('says HELLO and pings as soon as the socket is open', () => {
    const { socket, clock } = fakeClient({ stream: 'door', token: 's3cret', maxFps: 5, name: 'kiosk' });
    expect(socket().url).toBe('ws://cam.example/ws');
    expect(socket().binaryType).toBe('arraybuffer');
    expect(socket().take()).toEqual([]);
    socket().open();
    const subscriptions = [{ stream: 'door', policy: 'latest', maxFps: 5 }];
    expect(socket().take()).toEqual([
      { type: MessageType.HELLO, body: { version: 1, name: 'kiosk', token: 's3cret', subscriptions } },
      { type: MessageType.PING, t0Us: clock.nowUs() },
    ]);
  });

  it('asks for the first stream, newest frames first, where nothing else is asked for', () => {
    const { socket } = fakeClient();
    socket().open();
    const body = { version: 1, name: 'browser', subscriptions: [{ policy: 'latest' }] };
    expect(socket().take()[0]).toEqual({ type: MessageType.HELLO, body });
  });

  it('resolves when it is welcome, and says on the way how it stands', async () => {
    const { socket, frames, takeStatuses } = fakeClient();
    expect(takeStatuses()).toEqual(['connecting/-/-']);
    socket().open();
    socket().say(welcomeMessage([streamInfo({ id: 3, name: 'a' }), streamInfo({ id: 5, name: 'b' })], [5]));
    const { status } = await frames;
    expect(takeStatuses()).toEqual(['connected/live/-']);
    expect(status).toEqual({
      connection: 'connected',
      stream: streamInfo({ id: 5, name: 'b' }),
      state: 'live',
      reason: null,
    });
  });

  it('rejects for an address that is none', async () => {
    const { frames, sockets } = fakeClient({ serverUrl: 'ftp://cam.example' });
    await expect(frames).rejects.toMatchObject({ name: 'StreamerError', code: 'BAD_USAGE' });
    expect(sockets).toEqual([]);
  });
});

describe('the loop', () => {
  it('gets a frame with its age, its stages and its picture', async () => {
    const client = await connectedClient();
    answerPing(client);
    const { clock, socket, iterator } = client;
    const next = iterator.next();
    socket().say(frameMessage({ sequence: 7, captureTimeUs: clock.nowUs() + OFFSET_US - 9000, clockErrorUs: 40 }));
    const { value: frame } = await next;
    expect(frame).toEqual({
      ...{ stream: 'sample', sequence: 7, width: 1280, height: 720, jpegBytes: 4, kept: false, timeSource: 'schedule' },
      image: expect.objectContaining({ width: 4, isClosed: false }),
      captureTimeUs: clock.nowUs() + OFFSET_US - 9000,
      receivedTimeUs: clock.nowUs(),
      latencyUs: 9000,
      errorUs: 505 + 40,
      stages: { decodedUs: 1000, processedUs: 1200, encodeStartUs: 1500, encodedUs: 4500, publishedUs: 4700 },
    });
  });

  it('gets a JPEG as it came, where it asked for that', async () => {
    const { socket, iterator } = await connectedClient({ image: 'blob' });
    socket().say(frameMessage());
    const { value: frame } = await iterator.next();
    const blob = frame.image as Blob;
    expect(blob.type).toBe('image/jpeg');
    expect(Buffer.from(await blob.arrayBuffer()).toString('hex')).toBe('ffd8ffd9');
  });

  it('gets no latency before the first answer, nor of a frame of the past', async () => {
    const client = await connectedClient();
    const { socket, iterator, frames } = client;
    socket().say(frameMessage({ sequence: 1 }));
    expect((await iterator.next()).value).toMatchObject({ sequence: 1, latencyUs: null, errorUs: null });
    expect(frames.clock()).toBeNull();
    answerPing(client);
    expect(frames.clock()).toEqual({ offsetUs: OFFSET_US, errorUs: 505 });
    socket().say(frameMessage({ sequence: 2, ...kept }));
    expect((await iterator.next()).value).toMatchObject({ sequence: 2, kept: true, latencyUs: null, errorUs: null });
  });

  it('widens the error by what the timers of the browser leave open', async () => {
    const client = await connectedClient({}, { resolutionUs: 100 });
    answerPing(client);
    const { errorUs = NaN } = client.frames.clock() ?? {};
    expect(errorUs).toBeGreaterThanOrEqual(500 + 200);
    expect(errorUs).toBeLessThanOrEqual(500 + 210);
  });

  it('acknowledges a frame when it takes it, not when it comes', async () => {
    const { socket, iterator, takeAcks } = await connectedClient();
    socket().say(frameMessage({ sequence: 1 }));
    await settled();
    expect(takeAcks()).toEqual([]);
    await iterator.next();
    expect(takeAcks()).toEqual(['1:1']);
  });

  it('lets one acknowledgement cover as many frames as the server allows', async () => {
    const { socket, iterator, takeAcks } = await connectedClient();
    socket().say(encodeCredit(1, 3), encodeCredit(2, 1));
    for (let sequence = 0; sequence < 7; sequence += 1) {
      socket().say(frameMessage({ sequence }));
      await iterator.next();
    }
    expect(takeAcks()).toEqual(['1:2', '1:5']);
  });

  it('gets the newest of the frames that came while it was busy, and returns the credit of all', async () => {
    const { socket, iterator, takeAcks } = await connectedClient();
    for (const sequence of [1, 2, 3]) socket().say(frameMessage({ sequence }));
    expect((await iterator.next()).value.sequence).toBe(3);
    expect(takeAcks()).toEqual(['1:3']);
    // Those that were passed over count, too: the server waits for one acknowledgement after four of its frames.
    socket().say(encodeCredit(1, 4));
    for (const sequence of [4, 5, 6, 7]) socket().say(frameMessage({ sequence }));
    expect((await iterator.next()).value.sequence).toBe(7);
    expect(takeAcks()).toEqual(['1:7']);
  });

  it('gets a newer frame in the place of one that grew old here', async () => {
    const { clock, socket, iterator, takeAcks } = await connectedClient();
    socket().say(frameMessage({ sequence: 1 }));
    clock.advance(100_001);
    const next = iterator.next();
    await settled();
    // The credit brings the newer frame.
    expect(takeAcks()).toEqual(['1:1']);
    socket().say(frameMessage({ sequence: 9 }));
    expect((await next).value.sequence).toBe(9);
    expect(takeAcks()).toEqual(['1:9']);
  });

  it('gets the old frame after all where the server has no newer one', async () => {
    const { clock, socket, iterator } = await connectedClient();
    socket().say(frameMessage({ sequence: 1 }));
    clock.advance(5_000_000);
    const next = iterator.next();
    await settled();
    clock.advance(99_999);
    await expect(Promise.race([next, settled().then(() => 'waits')])).resolves.toBe('waits');
    clock.advance(1);
    expect((await next).value.sequence).toBe(1);
  });

  it('gets every frame, in order and however old, where the policy keeps them', async () => {
    const { clock, socket, iterator } = await connectedClient({ policy: 'every' });
    for (const sequence of [1, 2, 3]) socket().say(frameMessage({ sequence }));
    clock.advance(5_000_000);
    for (const sequence of [1, 2, 3]) expect((await iterator.next()).value.sequence).toBe(sequence);
    const queued = await connectedClient({ policy: 'queue:2' });
    for (const sequence of [1, 2, 3]) queued.socket().say(frameMessage({ sequence }));
    for (const sequence of [2, 3]) expect((await queued.iterator.next()).value.sequence).toBe(sequence);
  });

  it('does not get a JPEG that is cut or cannot be decoded', async () => {
    const { socket, iterator, frames, takeAcks } = await connectedClient({ policy: 'every' });
    socket().say(frameMessage({ sequence: 1 }, Buffer.from('ffd8ff', 'hex')));
    socket().say(frameMessage({ sequence: 2 }, Buffer.from(`ffd8${'00'.repeat(9)}ffd9`, 'hex')));
    socket().say(frameMessage({ sequence: 3 }));
    expect((await iterator.next()).value.sequence).toBe(3);
    expect(takeAcks()).toEqual(['1:1', '1:2', '1:3']);
    expect(frames.stats()).toMatchObject({ received: 3, corrupt: 2 });
  });

  it('closes the connection when it is left', async () => {
    const { socket, iterator, takeTypes, takeStatuses, wakers, clock } = await connectedClient();
    socket().say(frameMessage());
    await iterator.next();
    await iterator.return?.();
    expect(takeTypes()).toEqual(['ACK', 'BYE']);
    expect(socket().closeCode).toBe(1000);
    expect(takeStatuses()).toEqual(['closed/live/-']);
    expect(wakers.size).toBe(0);
    expect(clock.pending).toBe(0);
  });

  it('gives back a picture that was decoded too late', async () => {
    const { socket, iterator, frames, bitmaps } = await connectedClient();
    const next = iterator.next();
    socket().say(frameMessage());
    while (bitmaps.length === 0) await Promise.resolve();
    frames.close();
    expect(await next).toEqual({ done: true, value: undefined });
    expect(bitmaps).toEqual([expect.objectContaining({ isClosed: true })]);
  });

  it('leaves frames of streams that are not ours', async () => {
    const { socket, frames } = await connectedClient();
    socket().say(frameMessage({ streamId: 2 }), encodeSkipped(2, 0, 5));
    expect(frames.stats().received).toBe(0);
  });
});

describe('the stream', () => {
  it('says how it is, and why', async () => {
    const { socket, frames, takeStatuses } = await connectedClient();
    const reason = { code: 'SOURCE_TIMEOUT', message: 'The camera is silent.' };
    socket().say(streamMessage('down', streamInfo({ state: 'offline' }), reason));
    expect(frames.status).toMatchObject({ connection: 'connected', state: 'offline', reason });
    socket().say(streamMessage('up', streamInfo({ state: 'live' })));
    socket().say(streamMessage('changed', streamInfo({ id: 9, name: 'other', state: 'silent' })));
    expect(takeStatuses()).toEqual(['connected/offline/SOURCE_TIMEOUT', 'connected/live/-']);
  });

  it('may be removed and come back with another id', async () => {
    const { socket, iterator, frames, takeAcks } = await connectedClient();
    socket().say(frameMessage({ sequence: 5 }));
    await iterator.next();
    takeAcks();
    socket().say(streamMessage('removed', streamInfo({ state: 'ended' })));
    expect(frames.status.state).toBe('ended');
    socket().say(streamMessage('appeared', streamInfo({ id: 4, startTimeUs: START_US + 1 })));
    socket().say(frameMessage({ streamId: 4, sequence: 2 }));
    expect((await iterator.next()).value.sequence).toBe(2);
    expect(takeAcks()).toEqual(['4:2']);
    expect(frames.stats()).toMatchObject({ received: 2, lost: 0 });
  });

  it('is told every second what came', async () => {
    const client = await connectedClient();
    const { clock, socket } = client;
    answerPing(client);
    socket().take();
    for (const sequence of [1, 2, 5])
      socket().say(frameMessage({ sequence, captureTimeUs: clock.nowUs() + OFFSET_US }));
    clock.advance(SECOND_US);
    const [first] = socket()
      .take()
      .filter(({ type }) => type === MessageType.STATS);
    if (first?.type !== MessageType.STATS) throw new Error('no STATS came');
    const { intervalMs, clock: estimate, streams } = first.body;
    expect(intervalMs).toBe(1000);
    expect(estimate).toMatchObject({ offsetUs: OFFSET_US });
    expect(streams).toEqual([
      { streamId: 1, received: 3, lost: 2, skipped: 0, corrupt: 0, bytes: 3 * 59, latency: expect.any(String) },
    ]);
    expect(LatencyHistogram.decode(streams[0]!.latency!)).toMatchObject({ count: 3, max: 0 });
    clock.advance(SECOND_US);
    expect(typesOf(socket().take())).toContain('STATS');
  });

  it('answers the pings of the server', async () => {
    const { clock, socket } = await connectedClient();
    socket().say(encodePing(77));
    const [t1Us, t2Us] = [clock.nowUs(), clock.nowUs()];
    expect(socket().take()).toEqual([{ type: MessageType.PONG, t0Us: 77, t1Us, t2Us }]);
  });
});
