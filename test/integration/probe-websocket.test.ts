import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import { webSocketPath } from '../../client/probe/session-path.js';
import { SessionReader } from '../../client/probe/session-reader.js';
import { SystemClock } from '../../shared/clock.js';
import type { Clock } from '../../shared/clock.js';
import { encodeBye, encodePing } from '../../shared/protocol/codec.js';
import { MAX_BODY_BYTES, MessageType } from '../../shared/protocol/messages.js';
import { FakeClock } from '../helpers/fake-clock.js';
import { streamInfo } from '../helpers/observed-frame.js';
import { ofTest } from '../helpers/of-test.js';
import { startReader } from '../helpers/probe-log.js';
import { frameMessage, welcomeMessage } from '../helpers/scripted-messages.js';
import { SyntheticWebSocketServer } from '../helpers/synthetic-websocket-server.js';
import { until } from '../helpers/until.js';

const WELCOME = welcomeMessage([streamInfo()]);

describe('a path over WebSocket', () => {
  it('delivers the pictures of our server, and leaves in peace', async () => {
    const server = await ofTest(SyntheticWebSocketServer.start({ jpegBytes: 5000 }));
    const { log, run } = read(server.url());
    await until(() => log.facts.length > 0);
    server.stream.publish();
    await log.received(1);
    server.stream.publish();
    await log.received(2);
    expect(log.pictures[1]).toMatchObject({ lengthBytes: 5000, width: 640, height: 360 });
    expect(log.lost).toBe(0);
    await run.stop();
    await until(() => server.sockets.size === 0);
    expect(log.error).toBeNull();
  });

  it('says the token that it was given in HELLO', async () => {
    const server = await ofTest(SyntheticWebSocketServer.start({ token: 's3cret' }));
    expect(await read(server.url(), 'wrong').log.failed()).toMatchObject({ code: 'BAD_TOKEN' });
    const { log } = read(server.url(), 's3cret');
    await until(() => log.facts.length > 0);
  });

  it("tells the server's goodbye", async () => {
    const server = await SyntheticWebSocketServer.start();
    const { log } = read(server.url());
    await until(() => log.facts.length > 0);
    await server.stop('SERVER_CLOSING', 'The server shuts down.');
    expect(await log.failed()).toMatchObject({ code: 'SERVER_CLOSING', message: 'The server shuts down.' });
  });

  it('leaves a server that says goodbye and stays', async () => {
    const goodbye = encodeBye({ code: 'SERVER_CLOSING', message: 'The server shuts down.' });
    let closeCode: number | null = null;
    const url = await hostileServer((peer) => {
      peer.on('close', (code) => (closeCode = code));
      peer.send(WELCOME);
      peer.send(goodbye);
    });
    expect(await read(url).log.failed()).toMatchObject({ code: 'SERVER_CLOSING' });
    await until(() => closeCode === 1000);
  });

  it('leaves a server that asks on and on and reads no answer', async () => {
    const url = await hostileServer((peer) => {
      peer.pause();
      peer.send(WELCOME);
      const ping = encodePing(1);
      const ask = (): void => {
        for (let count = 0; count < 5000; count += 1) peer.send(ping);
        peer.send(ping, (error) => error ?? setImmediate(ask));
      };
      ask();
    });
    const error = await read(url).log.failed();
    expect(error).toMatchObject({ code: 'CONNECTION_LOST', message: expect.stringContaining('does not read') });
  });

  it.each<[string, (peer: WebSocket) => void, string]>([
    ['text', (peer) => peer.send('hello'), 'BAD_MESSAGE'],
    ['an empty message', (peer) => peer.send(Buffer.alloc(0)), 'BAD_MESSAGE'],
    ['two messages in one', (peer) => peer.send(Buffer.concat([WELCOME, frameMessage()])), 'BAD_MESSAGE'],
    ['a part of a message', (peer) => peer.send(WELCOME.subarray(0, 20)), 'BAD_MESSAGE'],
    ['a message that only clients send', (peer) => peer.send(Buffer.of(0, 0, 0, 1, 1)), 'UNEXPECTED_MESSAGE'],
    ['a message that is too long', (peer) => peer.send(tooLong()), 'CONNECTION_LOST'],
    ['a cut connection', (peer) => peer.terminate(), 'CONNECTION_LOST'],
    ['a close frame', (peer) => peer.close(1011), 'CONNECTION_LOST'],
  ])('breaks with %s', async (_what, act, code) => {
    const { log } = read(await hostileServer(act));
    expect(await log.failed()).toMatchObject({ code });
  });

  it.each([
    ['401', 'HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n', 'BAD_TOKEN'],
    ['403', 'HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n', 'FORBIDDEN'],
    ['404', 'HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n', 'UNKNOWN_STREAM'],
    ['200', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n', 'CONNECT_FAILED'],
    ['a redirect', 'HTTP/1.1 302 Found\r\nLocation: ws://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n', 'CONNECT_FAILED'],
    ['no HTTP', 'SSH-2.0-OpenSSH\r\n\r\n', 'WRONG_PORT'],
    ['nothing but an end', '', 'CONNECT_FAILED'],
  ])('is not opened when the server answers %s', async (_what, answer, code) => {
    const port = await rawServer((socket) => socket.once('data', () => socket.end(answer)));
    const error = await read(`ws://eve:s3cretpass@127.0.0.1:${port}/ws/cam`).log.failed();
    expect(error.code).toBe(code);
    expect(error.message).not.toContain('s3cretpass');
  });

  it('is not opened when nothing listens there', async () => {
    const { log } = read('ws://127.0.0.1:1/ws/cam');
    expect(await log.failed()).toMatchObject({ code: 'CONNECT_FAILED' });
  });

  it('is given up when the server does not answer within five seconds', async () => {
    const clock = new FakeClock();
    const sockets: Socket[] = [];
    const port = await rawServer((socket) => sockets.push(socket));
    const { log } = read(`ws://127.0.0.1:${port}/ws/cam`, null, clock);
    await until(() => sockets.length > 0);
    clock.advance(5_000_000);
    expect(await log.failed()).toMatchObject({ code: 'CONNECT_TIMEOUT' });
  });

  it('is given up when the server says nothing for ten seconds', async () => {
    const clock = new FakeClock();
    const { log } = read(await hostileServer((peer) => peer.send(WELCOME)), null, clock);
    await until(() => log.facts.length > 0);
    clock.advance(11_000_000);
    expect(await log.failed()).toMatchObject({ code: 'CONNECTION_LOST' });
  });

  it('is not opened any more when it was stopped before', async () => {
    const server = await ofTest(SyntheticWebSocketServer.start());
    const { log, run } = read(server.url());
    await run.stop();
    await until(() => server.sockets.size === 0);
    expect(log.events).toEqual([]);
  });
});

function read(url: string, token: string | null = null, clock: Clock = new SystemClock()) {
  return startReader(new SessionReader(webSocketPath(url, { clock, token }), clock));
}

/** A WebSocket server that does `act` when its client has said HELLO; returns its address. */
async function hostileServer(act: (peer: WebSocket) => void): Promise<string> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await new Promise((resolve) => server.once('listening', resolve));
  server.on('connection', (peer) => {
    peer.on('error', () => undefined);
    peer.once('message', () => act(peer));
  });
  onTestFinished(async () => {
    for (const peer of server.clients) peer.terminate();
    await new Promise((resolve) => server.close(resolve));
  });
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}/ws/cam`;
}

/** Returns the port of a TCP server that does `act` to each connection. */
async function rawServer(act: (socket: Socket) => void): Promise<number> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket.on('error', () => undefined));
    act(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}

function tooLong(): Buffer {
  return Buffer.alloc(MAX_BODY_BYTES[MessageType.FRAME] + 6);
}
