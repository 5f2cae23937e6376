import type { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SessionOptions } from '../../client/session.js';
import type { ErrorCode } from '../../shared/errors.js';
import { encodeBye, encodeError, encodeFrameHeader, encodePing } from '../../shared/protocol/codec.js';
import { FakeClock } from '../helpers/fake-clock.js';
import { observedFrame } from '../helpers/observed-frame.js';
import { RawClient } from '../helpers/raw-client.js';
import { EMPTY_WELCOME, ScriptedServer } from '../helpers/scripted-server.js';
import { SessionLog } from '../helpers/session-log.js';
import { SyntheticServer } from '../helpers/synthetic-server.js';
import type { SyntheticServerOptions } from '../helpers/synthetic-server.js';
import { until } from '../helpers/until.js';

const SECOND_US = 1_000_000;

describe('a session', () => {
  let clock: FakeClock;
  let log: SessionLog;
  let stops: (() => Promise<void>)[];

  beforeEach(() => {
    clock = new FakeClock();
    stops = [];
  });

  afterEach(async () => {
    log.session.close();
    await Promise.all(stops.map((stop) => stop()));
    // Nothing is left that would keep a process alive.
    await until(() => clock.pending === 0);
  });

  it('comes back to a server that was restarted, after waits that grow, and its frames go on', async () => {
    const first = await serve();
    connect(first.port);
    await expectNext({ kind: 'welcome' });
    first.stream.publish();
    await expectNext({ kind: 'frame', sequence: 0 });

    await first.kill();
    await expectOutage('CONNECTION_LOST', 250);
    for (const waitMs of [500, 1000, 2000]) {
      clock.advance((waitMs / 2) * 1000);
      await expectOutage('CONNECT_FAILED', waitMs);
    }
    const second = await serve({ port: first.port });
    clock.advance(2 * SECOND_US);
    await expectNext({ kind: 'welcome' });
    second.stream.publish();
    await expectNext({ kind: 'frame', sequence: 0 });
  });

  it.each([
    { held: '10 s', heldUs: 10 * SECOND_US, waitMs: 250 },
    { held: 'a moment less than 10 s', heldUs: 10 * SECOND_US - 1, waitMs: 500 },
  ])('waits $waitMs ms after a connection that held $held', async ({ heldUs, waitMs }) => {
    const first = await serve();
    connect(first.port);
    await expectNext({ kind: 'welcome' });
    await first.kill();
    await expectOutage('CONNECTION_LOST', 250);
    const second = await serve({ port: first.port });
    clock.advance(250_000);
    await expectNext({ kind: 'welcome' });
    for (let leftUs = heldUs; leftUs > 0; leftUs -= SECOND_US) {
      const sequence = second.stream.publish();
      await expectNext({ kind: 'frame', sequence });
      clock.advance(Math.min(leftUs, SECOND_US));
    }
    await second.kill();
    await expectOutage('CONNECTION_LOST', waitMs);
  });

  it('takes the goodbye of a server that shuts down as an outage', async () => {
    const server = await serve();
    connect(server.port);
    await expectNext({ kind: 'welcome' });
    await server.stop('SERVER_CLOSING', 'Back soon.');
    const outage = await log.next();
    expect(outage).toMatchObject({ kind: 'outage', error: { code: 'SERVER_CLOSING', message: 'Back soon.' } });
  });

  it.each([
    ['BYE', encodeBye({ code: 'SERVER_CLOSING', message: 'Back soon.' })],
    ['ERROR', encodeError({ code: 'SERVER_CLOSING', message: 'Back soon.' })],
  ])('leaves a server that says goodbye with %s and stays, and can be closed then', async (_, goodbye) => {
    const scripted = await script((socket) => socket.write(Buffer.concat([EMPTY_WELCOME, goodbye, EMPTY_WELCOME])));
    connect(scripted.port);
    await expectNext({ kind: 'welcome' });
    await expectOutage('SERVER_CLOSING', 250);
    await until(() => scripted.sockets[0]?.readableEnded === true);
    log.session.close();
    await expectNext({ kind: 'end', error: null });
    expect(clock.pending).toBeLessThanOrEqual(1);
  });

  it('leaves a server that says that all streams have ended and stays', async () => {
    const goodbye = encodeBye({ code: 'STREAMS_ENDED', message: 'That was all.' });
    const scripted = await script((socket) => socket.write(Buffer.concat([EMPTY_WELCOME, goodbye])));
    connect(scripted.port);
    await expectNext({ kind: 'welcome' });
    await expectNext({ kind: 'end', error: null });
    await until(() => scripted.sockets[0]?.readableEnded === true);
  });

  it('leaves a server that asks on and on and reads no answer', async () => {
    const pings = Buffer.concat(Array.from({ length: 5000 }, () => encodePing(1)));
    const scripted = await script((socket) => {
      socket.pause().write(EMPTY_WELCOME);
      const ask = (): void => {
        while (!socket.destroyed && socket.write(pings));
      };
      socket.on('drain', ask);
      ask();
    });
    connect(scripted.port);
    await expectNext({ kind: 'welcome' });
    await expectOutage('CONNECTION_LOST', 250);
    expect(log.events.at(-1)).toMatchObject({ error: { message: expect.stringContaining('does not read') } });
  });

  it('ends without an error when all streams have ended', async () => {
    const server = await serve();
    connect(server.port);
    await expectNext({ kind: 'welcome' });
    await server.stop('STREAMS_ENDED', 'That was all.');
    await expectNext({ kind: 'end', error: null });
  });

  it('ends at once when it cannot connect the first time', async () => {
    const server = await serve();
    await server.stop();
    connect(server.port);
    expect(await log.next()).toMatchObject({ kind: 'end', error: { code: 'CONNECT_FAILED' } });
  });

  it('ends when the server that comes back has another token', async () => {
    const first = await serve({ token: 'old' });
    connect(first.port, { token: 'old' });
    await expectNext({ kind: 'welcome' });
    await first.kill();
    await expectOutage('CONNECTION_LOST', 250);
    const second = await serve({ port: first.port, token: 'new' });
    clock.advance(250_000);
    expect(await log.next()).toMatchObject({ kind: 'end', error: { code: 'BAD_TOKEN' } });
    expect(second.clients.count).toBe(0);
  });

  it.each<ErrorCode>([
    'BAD_VERSION',
    'BAD_TOKEN',
    'BAD_MESSAGE',
    'MESSAGE_TOO_LONG',
    'UNEXPECTED_MESSAGE',
    'TOO_MANY_MESSAGES',
    'UNKNOWN_STREAM',
  ])('ends when it comes back and is refused with %s, which the next attempt would meet again', async (code) => {
    await comeBackTo(encodeError({ code, message: 'No.' }));
    expect(await log.next()).toMatchObject({ kind: 'end', error: { code, message: 'No.' } });
  });

  it.each<ErrorCode>(['SERVER_FULL', 'HELLO_TIMEOUT', 'IDLE_TIMEOUT', 'TOO_FAR_BEHIND'])(
    'goes on trying when it comes back and is refused with %s',
    async (code) => {
      await comeBackTo(encodeError({ code, message: 'Not now.' }));
      await expectOutage(code, 500);
    },
  );

  it('goes on trying when it comes back to a server that talks nonsense', async () => {
    await comeBackTo(Buffer.alloc(4));
    await expectOutage('BAD_MESSAGE', 500);
  });

  it('takes half a frame for none', async () => {
    const [header, jpeg] = [encodeFrameHeader(observedFrame().header, 1000), Buffer.alloc(400)];
    const scripted = await script((socket) => {
      socket.write(Buffer.concat([EMPTY_WELCOME, header, jpeg]));
      socket.end();
    });
    connect(scripted.port);
    await expectNext({ kind: 'welcome' });
    await expectOutage('CONNECTION_LOST', 250);
  });

  it('gives up a server that accepts and says nothing for 10 s', async () => {
    const scripted = await script(() => undefined);
    connect(scripted.port);
    await until(() => (scripted.sockets[0]?.bytesRead ?? 0) > 0);
    clock.advance(10 * SECOND_US - 1);
    expect(log.events).toEqual([]);
    clock.advance(1);
    expect(await log.next()).toMatchObject({ kind: 'end', error: { code: 'CONNECTION_LOST' } });
  });

  it('leaves a server that falls silent for 10 s, and comes back', async () => {
    const scripted = await script((socket) => socket.write(EMPTY_WELCOME));
    connect(scripted.port);
    await expectNext({ kind: 'welcome' });
    clock.advance(10 * SECOND_US);
    await expectOutage('CONNECTION_LOST', 250);
    clock.advance(250_000);
    await expectNext({ kind: 'welcome' });
    expect(scripted.sockets).toHaveLength(2);
  });

  it('that is closed while it connects does not connect after all', async () => {
    const scripted = await script(() => undefined);
    connect(scripted.port);
    log.session.close();
    await expectNext({ kind: 'end', error: null });
    // Connections are accepted in their order, so had the session made one, it would be there before this one.
    const later = await RawClient.connect(scripted.port);
    await until(() => scripted.sockets.some(({ remotePort }) => remotePort === later.socket.localPort));
    await later.destroy();
    expect(scripted.sockets).toHaveLength(1);
  });

  it('that is closed between two attempts makes no more', async () => {
    const first = await serve();
    connect(first.port);
    await expectNext({ kind: 'welcome' });
    await first.kill();
    await expectOutage('CONNECTION_LOST', 250);
    log.session.close();
    await expectNext({ kind: 'end', error: null });
    expect(clock.pending).toBe(0);
  });

  it('keeps one timer of each kind however often it is welcomed', async () => {
    const scripted = await script((socket) => socket.write(Buffer.concat([EMPTY_WELCOME, EMPTY_WELCOME])));
    connect(scripted.port);
    await expectNext({ kind: 'welcome' });
    await expectNext({ kind: 'welcome' });
    log.session.close();
    await expectNext({ kind: 'end', error: null });
    await scripted.stop();
    await until(() => clock.pending === 0);
  });

  /** Connects, loses the connection, and comes back to a server that answers `bytes` and closes. */
  async function comeBackTo(bytes: Buffer): Promise<void> {
    const scripted = await script((socket) => {
      if (scripted.sockets.length === 1) socket.write(EMPTY_WELCOME);
      else socket.end(bytes);
    });
    connect(scripted.port);
    await expectNext({ kind: 'welcome' });
    scripted.sockets[0]?.resetAndDestroy();
    await expectOutage('CONNECTION_LOST', 250);
    clock.advance(250_000);
  }

  async function script(onSocket: (socket: Socket) => void): Promise<ScriptedServer> {
    const scripted = await ScriptedServer.start(onSocket);
    stops.push(() => scripted.stop());
    return scripted;
  }

  async function serve(options: SyntheticServerOptions = {}): Promise<SyntheticServer> {
    const server = await SyntheticServer.start({ clock, ...options });
    stops.push(() => server.stop());
    return server;
  }

  function connect(port: number, options?: Partial<SessionOptions>): void {
    log = new SessionLog(port, clock, options);
  }

  async function expectNext(event: object): Promise<void> {
    expect(await log.next()).toEqual(event);
  }

  async function expectOutage(code: ErrorCode, retryInMs: number): Promise<void> {
    expect(await log.next()).toMatchObject({ kind: 'outage', error: { code }, retryInMs });
  }
});
