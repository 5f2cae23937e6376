import { describe, expect, it } from 'vitest';
import { encodeBye, encodeError, encodePing, encodeWelcome } from '../../../../../shared/protocol/codec.js';
import { answerPing, connectedClient, fakeClient, settled } from '../../../../helpers/browser-client.js';
import { START_US, streamInfo } from '../../../../helpers/observed-frame.js';
import { frameMessage, welcomeMessage } from '../../../../helpers/scripted-messages.js';

const SECOND_US = 1_000_000;
const MINUTE_US = 60 * SECOND_US;

describe('the first connection', () => {
  it('must succeed', async () => {
    const { socket, frames, clock, takeStatuses } = fakeClient({ serverUrl: 'http://cam.example/?token=s3cret' });
    socket().drop();
    await expect(frames).rejects.toMatchObject({
      code: 'CONNECT_FAILED',
      message: expect.stringMatching(/^Cannot connect to ws:\/\/cam\.example\/ws: [^?]*\?$/),
    });
    expect(takeStatuses()).toEqual(['connecting/-/-', 'closed/-/CONNECT_FAILED']);
    expect(clock.pending).toBe(0);
  });

  it('must come within 5 seconds', async () => {
    const { socket, frames, clock } = fakeClient();
    clock.advance(5 * SECOND_US);
    await expect(frames).rejects.toMatchObject({ code: 'CONNECT_TIMEOUT' });
    expect(socket().closeCode).toBe(1000);
    // What comes after the end is nobody's concern.
    socket().open();
    socket().drop();
    expect(socket().take()).toEqual([]);
  });

  it('is refused by a browser that finds it unsafe', async () => {
    const openSocket = () => {
      throw new DOMException('An insecure WebSocket connection may not be initiated', 'SecurityError');
    };
    const { frames, clock } = fakeClient({}, { openSocket });
    clock.advance(0);
    await expect(frames).rejects.toMatchObject({ code: 'CONNECT_FAILED', cause: expect.any(DOMException) });
  });

  it.each(['BAD_TOKEN', 'UNKNOWN_STREAM', 'SERVER_FULL', 'A_NEW_CODE'])('may be refused with %s', async (code) => {
    const { socket, frames, sockets, clock } = fakeClient();
    socket().open();
    socket().say(encodeError({ code, message: 'No.' }));
    const shown = code === 'A_NEW_CODE' ? 'CONNECTION_LOST' : code;
    await expect(frames).rejects.toMatchObject({ code: shown, message: 'No.' });
    clock.advance(MINUTE_US);
    expect(sockets).toHaveLength(1);
  });

  it('is closed where the server speaks another version', async () => {
    const { socket, frames } = fakeClient();
    socket().open();
    const welcome = { sessionId: 'x', statsIntervalMs: 1000, streams: [], subscribed: [] };
    socket().say(encodeWelcome({ version: 2, ...welcome }));
    await expect(frames).rejects.toMatchObject({ code: 'BAD_VERSION' });
  });
});

describe('an outage', () => {
  it('is followed by attempts with growing waits, and by frames when one succeeds', async () => {
    const { socket, sockets, clock, iterator, takeStatuses, frames } = await connectedClient();
    const next = iterator.next();
    socket().drop();
    expect(takeStatuses()).toEqual(['reconnecting/live/CONNECTION_LOST']);
    for (const [attempt, waitMs] of [250, 500, 1000, 2000].entries()) {
      clock.advance(waitMs * 1000 - 1);
      expect(sockets).toHaveLength(1 + attempt);
      clock.advance(1);
      expect(sockets).toHaveLength(2 + attempt);
      if (waitMs < 2000) socket().drop();
    }
    expect(takeStatuses()).toEqual(new Array(3).fill('reconnecting/live/CONNECT_FAILED'));
    socket().open();
    socket().say(welcomeMessage([streamInfo()]), frameMessage({ sequence: 50 }));
    expect((await next).value.sequence).toBe(50);
    expect(takeStatuses()).toEqual(['connected/live/-']);
    expect(frames.stats().reconnects).toBe(1);
  });

  it('starts the waits afresh after a connection that held 10 s', async () => {
    const { socket, sockets, clock } = await connectedClient();
    for (const heldUs of [SECOND_US, 10 * SECOND_US]) {
      socket().drop();
      clock.advance(10 * SECOND_US);
      socket().open();
      socket().say(welcomeMessage([streamInfo()]));
      for (let us = 0; us < heldUs; us += SECOND_US) {
        clock.advance(SECOND_US);
        socket().say(encodePing(1));
      }
    }
    const before = sockets.length;
    socket().drop();
    clock.advance(250_000);
    expect(sockets).toHaveLength(before + 1);
  });

  it('loses the frames of the same timeline, and none where the server began another', async () => {
    const { socket, clock, frames } = await connectedClient();
    socket().say(frameMessage({ sequence: 10 }));
    socket().drop();
    clock.advance(SECOND_US);
    socket().open();
    socket().say(welcomeMessage([streamInfo()]), frameMessage({ sequence: 15 }));
    expect(frames.stats().lost).toBe(4);
    socket().drop();
    clock.advance(SECOND_US);
    socket().open();
    socket().say(welcomeMessage([streamInfo({ startTimeUs: START_US })]), frameMessage({ sequence: 1 }));
    expect(frames.stats()).toMatchObject({ lost: 4, received: 3, reconnects: 2 });
  });

  it('is not answered for frames that came before it', async () => {
    const { socket, clock, iterator, takeAcks } = await connectedClient();
    socket().say(frameMessage({ sequence: 10 }));
    socket().drop();
    clock.advance(250_000);
    socket().open();
    socket().say(welcomeMessage([streamInfo()]));
    const next = iterator.next();
    await settled();
    clock.advance(SECOND_US);
    expect((await next).value.sequence).toBe(10);
    expect(takeAcks()).toEqual([]);
  });

  it('leaves the clock unknown, while the picture goes on growing old', async () => {
    const client = await connectedClient();
    const { socket, clock, frames } = client;
    expect(frames.stats().frameAgeUs).toBeNull();
    answerPing(client);
    socket().say(frameMessage());
    socket().drop();
    clock.advance(200_000);
    expect(frames.clock()).toBeNull();
    // `frameMessage` is of a frame that was taken when the clocks of the tests began.
    expect(frames.stats().frameAgeUs).toBe(clock.nowUs() - START_US);
    clock.advance(10_000);
    expect(frames.stats().frameAgeUs).toBe(clock.nowUs() - START_US);
  });

  it('ends at once when the page is shown again', async () => {
    const { socket, sockets, wakers } = await connectedClient();
    for (const wake of wakers) wake();
    expect(sockets).toHaveLength(1);
    socket().drop();
    for (const wake of wakers) wake();
    expect(sockets).toHaveLength(2);
    for (const wake of wakers) wake();
    expect(sockets).toHaveLength(2);
  });

  it('is the end where nobody wants to connect again', async () => {
    const { socket, iterator, clock, takeStatuses } = await connectedClient({ reconnect: false });
    const next = iterator.next();
    socket().drop(1011);
    await expect(next).rejects.toMatchObject({
      code: 'CONNECTION_LOST',
      message: 'The connection to ws://cam.example/ws broke (WebSocket code 1011).',
    });
    expect(takeStatuses()).toEqual(['closed/live/CONNECTION_LOST']);
    expect(clock.pending).toBe(0);
  });
});

describe('the server', () => {
  it.each(['KICKED', 'BAD_TOKEN', 'UNKNOWN_STREAM', 'BAD_MESSAGE', 'TOO_MANY_MESSAGES'])(
    'may end it for good with %s',
    async (code) => {
      const { socket, iterator, sockets, clock } = await connectedClient();
      socket().say(encodeError({ code, message: 'Over.' }));
      await expect(iterator.next()).rejects.toMatchObject({ code, message: 'Over.' });
      expect(await iterator.next()).toEqual({ done: true, value: undefined });
      clock.advance(MINUTE_US);
      expect(sockets).toHaveLength(1);
    },
  );

  it.each(['SERVER_CLOSING', 'SERVER_FULL', 'IDLE_TIMEOUT', 'TOO_FAR_BEHIND', 'INTERNAL'])(
    'is asked again after %s',
    async (code) => {
      const { socket, sockets, clock, takeStatuses } = await connectedClient();
      socket().say(encodeBye({ code, message: 'Later.' }));
      expect(socket().closeCode).toBe(1000);
      expect(takeStatuses()).toEqual([`reconnecting/live/${code}`]);
      clock.advance(250_000);
      expect(sockets).toHaveLength(2);
    },
  );

  it('may have come to the end of all streams', async () => {
    const { socket, iterator, takeStatuses } = await connectedClient();
    socket().say(frameMessage(), encodeBye({ code: 'STREAMS_ENDED', message: 'That was all.' }));
    expect(takeStatuses()).toEqual(['closed/live/-']);
    // The last picture is still to be had.
    expect((await iterator.next()).value).toMatchObject({ sequence: 0 });
    expect((await iterator.next()).done).toBe(true);
  });

  it('is left when it says what nobody understands, and asked again', async () => {
    for (const data of ['text', new Uint8Array([1, 2]).buffer]) {
      const { socket, takeStatuses } = await connectedClient();
      socket().sayRaw(data);
      expect(socket().closeCode).toBe(1000);
      expect(takeStatuses()).toEqual(['reconnecting/live/BAD_MESSAGE']);
    }
  });
});

describe('silence', () => {
  it('of 10 seconds is the end of a connection', async () => {
    const { socket, clock, takeStatuses } = await connectedClient();
    clock.advance(9 * SECOND_US);
    socket().say(encodePing(1));
    clock.advance(9_999_999);
    expect(takeStatuses()).toEqual([]);
    clock.advance(SECOND_US);
    expect(takeStatuses()).toEqual(['reconnecting/live/CONNECTION_LOST']);
  });

  it('is not blamed on the server when the page itself stood still', async () => {
    const { socket, clock, takeStatuses } = await connectedClient();
    clock.sleep(10 * MINUTE_US);
    clock.advance(0);
    socket().say(encodePing(1));
    clock.advance(SECOND_US);
    expect(takeStatuses()).toEqual([]);
  });

  it('counts where the timers of a hidden page come once a minute', async () => {
    const { socket, clock, takeStatuses } = await connectedClient();
    const minute = () => {
      clock.sleep(MINUTE_US);
      clock.advance(0);
    };
    minute();
    socket().say(encodePing(1));
    minute();
    expect(takeStatuses()).toEqual([]);
    minute();
    expect(takeStatuses()).toEqual(['reconnecting/live/CONNECTION_LOST']);
  });
});

describe('closing', () => {
  it('ends a loop that waits, and is done once', async () => {
    const { iterator, frames, takeTypes, socket } = await connectedClient();
    const next = iterator.next();
    frames.close();
    frames.close();
    expect((await next).done).toBe(true);
    expect(takeTypes()).toEqual(['BYE']);
    socket().drop(1000);
    expect(frames.status).toMatchObject({ connection: 'closed', reason: null });
  });

  it('leaves what nobody has taken', async () => {
    for (const image of ['bitmap', 'blob'] as const) {
      const { socket, iterator, frames, bitmaps } = await connectedClient({ image });
      socket().say(frameMessage());
      frames.close();
      expect((await iterator.next()).done).toBe(true);
      expect(bitmaps).toEqual([]);
    }
  });

  it('ends attempts to connect again', async () => {
    const { socket, sockets, iterator, frames, clock } = await connectedClient();
    socket().drop();
    frames.close();
    expect((await iterator.next()).done).toBe(true);
    clock.advance(MINUTE_US);
    expect(sockets).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });

  it('comes with the signal, before, while and after it connects', async () => {
    const reason = new Error('not wanted');
    const before = fakeClient({ signal: AbortSignal.abort(reason) });
    await expect(before.frames).rejects.toBe(reason);
    expect(before.sockets).toEqual([]);

    const during = new AbortController();
    const connecting = fakeClient({ signal: during.signal });
    during.abort('odd');
    await expect(connecting.frames).rejects.toMatchObject({ message: 'aborted', cause: 'odd' });
    expect(connecting.socket().closeCode).toBe(1000);
    expect(connecting.clock.pending).toBe(0);

    const after = new AbortController();
    const { iterator, takeTypes } = await connectedClient({ signal: after.signal });
    const next = iterator.next();
    after.abort(reason);
    expect((await next).done).toBe(true);
    expect(takeTypes()).toEqual(['BYE']);
  });
});
