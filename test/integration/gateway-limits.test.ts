import { once } from 'node:events';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { GatewayOfTest, parseAnswer } from '../helpers/gateway-of-test.js';
import type { GatewayOptions } from '../helpers/gateway-of-test.js';
import { FakeClock } from '../helpers/fake-clock.js';
import { until } from '../helpers/until.js';

const HEAD = 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n';
const SHORT = { headersTimeoutMs: 300, requestTimeoutMs: 400, keepAliveTimeoutMs: 100 };

describe('limits of the gateway', () => {
  let gateway: GatewayOfTest;
  const start = async (options: GatewayOptions = {}) => (gateway = await GatewayOfTest.start(options));
  afterEach(() => gateway.stop());

  /** Problem of the answer to these bytes, after which the connection has to be closed. */
  const problemOf = async (bytes: string) => (await gateway.askRaw(bytes)).problem;

  /** Connections on which a frame is waited for. */
  const watchers = async (count: number, header = ''): Promise<Socket[]> => {
    const sockets: Socket[] = [];
    for (let i = 0; i < count; i += 1) {
      const socket = await gateway.connect();
      socket.write(`GET /streams/cam.mjpg HTTP/1.1\r\nHost: localhost\r\n${header}\r\n`);
      sockets.push(socket.resume());
      await until(() => gateway.stream.subscribers.length === sockets.length);
    }
    return sockets;
  };

  it.each([
    ['what is no HTTP', 'hello\r\n\r\n', '400 BAD_REQUEST'],
    ['a TLS handshake', '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\r\n\r\n', '400 BAD_REQUEST'],
    ['a protocol message of frame-streamer', '\u0000\u0000\u0000\u0005\u0001{}\r\n\r\n', '400 BAD_REQUEST'],
    ['another version of HTTP', 'GET / HTTP/3.7\r\nHost: localhost\r\n\r\n', '400 BAD_REQUEST'],
    ['a request without Host', 'GET /healthz HTTP/1.1\r\n\r\n', '400 BAD_REQUEST'],
    ['a space before a colon', `${HEAD}X-A : b\r\n\r\n`, '400 BAD_REQUEST'],
    ['a line without a colon', `${HEAD}nonsense\r\n\r\n`, '400 BAD_REQUEST'],
    [
      'two lengths',
      `POST /api/streams HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx`,
      '400 BAD_REQUEST',
    ],
    [
      'a length and chunks',
      'POST /api/streams HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      '400 BAD_REQUEST',
    ],
    ['a header of 17 KiB', `${HEAD}X-A: ${'a'.repeat(17 * 1024)}\r\n\r\n`, '431 BAD_REQUEST'],
    ['a path of 17 KiB', `GET /${'a'.repeat(17 * 1024)} HTTP/1.1\r\n\r\n`, '431 BAD_REQUEST'],
    ['101 headers', `${HEAD}${'X-A: b\r\n'.repeat(100)}\r\n`, '431 BAD_REQUEST'],
    ['a proxy request', 'CONNECT example.org:443 HTTP/1.1\r\nHost: example.org\r\n\r\n', '405 METHOD_NOT_ALLOWED'],
  ])('%s is refused with a problem document', async (_, bytes, problem) => {
    await start();
    expect(await problemOf(bytes)).toBe(problem);
    await until(() => gateway.gateway.connectionCount === 0);
    expect(gateway.log.messages('error')).toEqual([]);
  });

  it.each([
    ['a proxy request', 'CONNECT example.org:443 HTTP/1.1\r\nHost: example.org\r\n\r\n'],
    ['what is no HTTP', 'hello\r\n\r\n'],
    ['an upgrade that is refused', 'POST / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n'],
    ['an expectation that is not met', `${HEAD}Expect: a miracle\r\n\r\n`],
  ])('%s whose sender is gone before the answer ends nothing else', async (_, bytes) => {
    await start();
    for (let times = 0; times < 60; times += 1) {
      const socket = await gateway.connect();
      socket.write(bytes + 'x'.repeat(times % 2 === 0 ? 0 : 100_000));
      for (let turns = 0; turns < times % 5; turns += 1) await new Promise(setImmediate);
      socket.resetAndDestroy();
    }
    await until(() => gateway.gateway.connectionCount === 0);
    expect((await gateway.ask('/healthz')).status).toBe(200);
  });

  it('HTTP/1.0 needs no Host', async () => {
    await start();
    expect((await gateway.askRaw('GET /healthz HTTP/1.0\r\n\r\n')).status).toBe(200);
  });

  it('100 headers are not too many', async () => {
    await start();
    expect((await gateway.askRaw(`${HEAD}Connection: close\r\n${'X-A: b\r\n'.repeat(98)}\r\n`)).status).toBe(200);
  });

  it.each([
    ['announced', 'Content-Length: 65537\r\n\r\n'],
    ['in one piece', `Content-Length: 65537\r\n\r\n"${'a'.repeat(65_535)}"`],
    ['in chunks', `Transfer-Encoding: chunked\r\n\r\n10001\r\n${'a'.repeat(65_537)}\r\n`],
  ])('a body of more than 64 KiB, %s, is refused and its connection closed', async (_, rest) => {
    await start();
    const head = 'POST /api/streams HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n';
    expect(await problemOf(head + rest)).toBe('413 BODY_TOO_LARGE');
  });

  it('a request that does not come in time is refused', async () => {
    await start({ limits: SHORT });
    expect(await problemOf(HEAD)).toBe('408 BAD_REQUEST');
    const post = 'POST /api/streams HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n';
    expect(await problemOf(`${post}Content-Type: application/json\r\n\r\n{`)).toBe('408 BAD_REQUEST');
    // Answered before its body came, and no second time.
    expect(await problemOf(`${post}\r\n{`)).toBe('415 BAD_REQUEST');
  });

  it('a request byte by byte is refused in the same time', async () => {
    await start({ limits: SHORT });
    const socket = await gateway.connect();
    const drip = setInterval(() => socket.write('X-A: b\r\n'), 20);
    socket.write(HEAD);
    const answer = parseAnswer(await text(socket));
    clearInterval(drip);
    expect(answer.problem).toBe('408 BAD_REQUEST');
  });

  it('a connection that says nothing is closed', async () => {
    await start({ limits: SHORT });
    const socket = await gateway.connect();
    socket.resume();
    await once(socket, 'close');
  });

  it('a connection that waits for its next request is closed', async () => {
    await start({ limits: SHORT });
    expect((await gateway.askRaw(`${HEAD}\r\n`)).status).toBe(200);
  });

  it('more connections than allowed are told so, and health is answered on them', async () => {
    await start({ flags: { maxClients: 3 }, limits: { spareConnections: 0 } });
    const open = await watchers(3);
    const refused = await gateway.ask('/api/streams');
    expect([refused.problem, refused.headers['retry-after']]).toEqual(['503 SERVER_FULL', '5']);
    expect((await gateway.ask('/healthz')).status).toBe(200);
    expect((await gateway.ask('/readyz')).headers.connection).toBe('close');
    open[0]?.destroy();
    await until(() => gateway.gateway.connectionCount === 2);
    expect((await gateway.ask('/api/streams')).status).toBe(200);
    for (const socket of open) socket.destroy();
  });

  it('more than 64 beside those are closed without a word', async () => {
    await start({ flags: { maxClients: 1 }, limits: { spareConnections: 0 } });
    const [watcher] = await watchers(1);
    const sockets: Socket[] = [];
    for (let i = 0; i < 200; i += 1) sockets.push((await gateway.connect()).resume());
    await until(() => sockets.filter(({ closed }) => !closed).length === 64);
    expect(sockets.slice(0, 136).every(({ closed }) => closed)).toBe(true);
    expect((await gateway.ask('/healthz')).status).toBe(200);
    expect(watcher?.closed).toBe(false);
    for (const socket of [...sockets, watcher]) socket?.destroy();
  });

  it.each([
    ['say nothing', ''],
    ['do not finish a header', HEAD],
    ['were let in nowhere', `${HEAD}\r\n`],
  ])('connections that %s give way, the oldest first, and keep nobody out', async (_, bytes) => {
    await start({ flags: { maxClients: 4, token: 'look' }, limits: { spareConnections: 2 } });
    const headers = { authorization: 'Bearer look' };
    const open = await watchers(4, 'Authorization: Bearer look\r\n');
    const silent: Socket[] = [];
    for (let i = 0; i < 10; i += 1) {
      const socket = (await gateway.connect()).resume();
      silent.push(socket);
      socket.write(bytes);
      expect((await gateway.ask('/api/streams', { headers })).status).toBe(200);
    }
    await until(() => silent.slice(0, 9).every(({ closed }) => closed));
    expect(silent[9]?.closed).toBe(false);
    expect(open.some(({ closed }) => closed)).toBe(false);
    for (const socket of [...open, ...silent]) socket.destroy();
  });

  it('connections of one address on which nobody was let in hold no more than half of the places', async () => {
    await start({ flags: { maxClients: 4 }, limits: { spareConnections: 4 } });
    const other = (await gateway.connect('127.0.0.2')).resume();
    const sockets: Socket[] = [];
    for (let i = 0; i < 20; i += 1) sockets.push((await gateway.connect()).resume());
    await until(() => sockets.filter(({ closed }) => !closed).length === 4);
    expect(gateway.gateway.connectionCount).toBe(5);
    expect(other.closed).toBe(false);
    for (const socket of [...sockets, other]) socket.destroy();
  });

  it('more requests than allowed are told when to come again', async () => {
    const clock = new FakeClock();
    await start({ clock, limits: { perSecond: 1, burst: 5 } });
    for (let i = 0; i < 5; i += 1) expect((await gateway.ask('/api/streams')).status).toBe(200);
    const refused = await gateway.ask('/healthz');
    expect([refused.problem, refused.headers['retry-after']]).toEqual(['429 TOO_MANY_REQUESTS', '1']);
    clock.advance(1_000_000);
    expect((await gateway.ask('/healthz')).status).toBe(200);
  });

  it('who does not take an answer is not waited for', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'large-'));
    const client = join(folder, 'large.js');
    await writeFile(client, '');
    // Larger than what the kernel takes.
    await truncate(client, 64 * 1024 * 1024);
    await start({ limits: { stallTimeoutMs: 200 }, web: { folder, client } });
    const socket = await gateway.connect();
    socket.pause();
    socket.write('GET /client.js HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await until(() => gateway.gateway.connectionCount === 1);
    await until(() => gateway.gateway.connectionCount === 0);
    socket.destroy();
    await rm(folder, { recursive: true });
  });

  it('refusals do not fill the log', async () => {
    const clock = new FakeClock();
    await start({ clock, flags: { token: 'look' } });
    for (let i = 0; i < 30; i += 1) await gateway.ask('/api/streams', { headers: { authorization: `Bearer ${i}` } });
    const lines = gateway.log.lines.filter(({ level }) => level === 'warn');
    expect(lines.map(({ code }) => code)).toEqual(['BAD_TOKEN', 'TOO_MANY_ATTEMPTS']);
    expect(JSON.stringify(gateway.log.lines)).not.toContain('Bearer');
  });
});

describe('the end of the gateway', () => {
  it('ends connections that wait, answers under way, and WebSockets', async () => {
    const gateway = await GatewayOfTest.start({ limits: { closeGraceMs: 200 } });
    const idle = await gateway.connect();
    idle.write(`${HEAD}\r\n`);
    await once(idle, 'data');
    const silent = await gateway.connect();
    const half = await gateway.connect();
    half.write(HEAD);
    const waiting = await gateway.connect();
    waiting.write('GET /api/streams/cam/frame?timeout=60 HTTP/1.1\r\nHost: localhost\r\n\r\n');
    const events = await gateway.connect();
    events.write(
      'GET /api/events HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    );
    await once(events, 'data');
    const sockets = [idle, silent, half, waiting, events];
    const ends = sockets.map((socket) => once(socket.resume(), 'close'));
    await gateway.stop();
    await Promise.all(ends);
    await until(() => gateway.gateway.connectionCount === 0);
    await expect(gateway.connect()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('comes also before the beginning, and as often as one likes', async () => {
    const gateway = await GatewayOfTest.start();
    await Promise.all([gateway.stop(), gateway.stop()]);
    await gateway.stop();
    const never = GatewayOfTest.create();
    await never.stop();
  });

  it('lets an answer under way end', async () => {
    const gateway = await GatewayOfTest.start();
    const frame = gateway.ask('/api/streams/cam/frame?timeout=60');
    await until(() => gateway.stream.subscribers.length > 0);
    const stopped = gateway.stop();
    gateway.stream.publish();
    expect((await frame).status).toBe(200);
    await stopped;
  });

  it('refuses what still comes on a connection that is there', async () => {
    const gateway = await GatewayOfTest.start();
    const asking = gateway.ask('/api/streams/cam/frame?timeout=60');
    const socket = await gateway.connect();
    // Half of a request is no idle connection, so it outlives the end of listening.
    socket.write('GET /api/server HTTP/1.1\r\nHost: localhost\r\n');
    const ready = await gateway.connect();
    ready.write('GET /readyz HTTP/1.1\r\nHost: localhost\r\n');
    await until(() => gateway.gateway.connectionCount === 3);
    const stopped = gateway.stop();
    await until(() =>
      gateway.connect().then(
        (more) => (more.destroy(), false),
        () => true,
      ),
    );
    socket.write('\r\n');
    ready.write('\r\n');
    expect(parseAnswer(await text(socket)).problem).toBe('503 SERVER_CLOSING');
    expect(parseAnswer(await text(ready)).problem).toBe('503 SERVER_CLOSING');
    gateway.stream.publish();
    expect((await asking).status).toBe(200);
    await stopped;
  });
});
