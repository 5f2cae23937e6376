import { once } from 'node:events';
import http from 'node:http';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { GuardProxy } from '../../../../server/sources/guard-proxy.js';
import { SourceGuard } from '../../../../server/sources/source-guard.js';
import { HttpPeer, answerOf } from '../../../helpers/http-peer.js';
import { ofTest } from '../../../helpers/of-test.js';
import { until } from '../../../helpers/until.js';

const NAMES: Readonly<Record<string, readonly string[]>> = {
  'cam.test': ['127.0.0.1'],
  'evil.test': ['169.254.169.254'],
};

/** A proxy, and a server behind it that answers each request with `answer`. */
async function startBoth(answer = answerOf('200 OK', ['Content-Type: video/mp4', 'Connection: keep-alive'], 'video')) {
  const peer = await ofTest(HttpPeer.start((request) => void request.socket.write(answer)));
  const guard = new SourceGuard(null, async (name) => NAMES[name] ?? []);
  const proxy = await GuardProxy.start(guard);
  onTestFinished(() => proxy.close());
  const { port, username, password } = new URL(proxy.url);
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  return { peer, proxy, port: Number(port), authorization };
}

/** What the proxy says to `text`, until it closes or `enough`. */
async function say(port: number, text: string, enough: (said: string) => boolean = () => false): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  let said = '';
  let isClosed = false;
  socket.on('data', (chunk) => (said += String(chunk))).on('error', () => undefined);
  socket.on('close', () => (isClosed = true));
  socket.write(text);
  await until(() => isClosed || enough(said));
  return said;
}

async function get(target: string, port: number, authorization?: string, method = 'GET') {
  const headers = { Host: 'cam.test', ...(authorization !== undefined && { 'Proxy-Authorization': authorization }) };
  const request = http.request({ host: '127.0.0.1', port, path: target, method, headers, agent: false });
  request.end();
  const [answer] = (await once(request, 'response')) as [IncomingMessage];
  let body = '';
  for await (const chunk of answer) body += String(chunk);
  return { status: answer.statusCode, words: answer.statusMessage, headers: answer.headers, body };
}

describe('GuardProxy', () => {
  it('fetches what the guard allows, without telling the server its own credentials', async () => {
    const { peer, port, authorization } = await startBoth();
    const answer = await get(`http://cam.test:${peer.port}/a.ts?x=1`, port, authorization);
    expect(answer).toMatchObject({ status: 200, body: 'video', headers: { 'content-type': 'video/mp4' } });
    expect(peer.requests.map(({ path }) => path)).toEqual(['/a.ts?x=1']);
    expect([...peer.requests[0]!.headers.keys()].filter((name) => name.startsWith('proxy'))).toEqual([]);
  });

  it.each([
    ['no credentials', undefined],
    ['wrong ones', `Basic ${Buffer.from('guard:wrong').toString('base64')}`],
  ])('gives nothing to who has %s', async (_, authorization) => {
    const { peer, port } = await startBoth();
    const answer = await get(`http://cam.test:${peer.port}/`, port, authorization);
    expect([answer.status, answer.headers['proxy-authenticate']]).toEqual([407, 'Basic realm="guard"']);
    expect(peer.total).toBe(0);
  });

  it.each([
    'http://169.254.169.254/latest/meta-data',
    'http://2852039166/',
    'http://[::ffff:a9fe:a9fe]/',
    'http://evil.test/',
    'http://evil.test.https.invalid:443/',
    'http://169.254.169.254.https.invalid:443/',
    'http://--ffff-a9fe-a9fe.ipv6.https.invalid:443/',
    'http://0xa9fea9fe.https.invalid/',
  ])('refuses %s', async (target) => {
    const { port, authorization } = await startBoth();
    const answer = await get(target, port, authorization);
    expect([answer.status, answer.words, answer.body]).toEqual([470, 'Source Forbidden', '']);
  });

  it('opens no tunnel, not even to what the guard allows', async () => {
    const { peer, port, authorization } = await startBoth();
    const text = `CONNECT cam.test:${peer.port} HTTP/1.1\r\nProxy-Authorization: ${authorization}\r\n\r\nGET / HTTP/1.1\r\n\r\n`;
    expect(await say(port, text)).toBe('');
    expect(peer.total).toBe(0);
  });

  it.each([
    ['its type', '/list', 'Content-Type: application/vnd.apple.mpegurl'],
    ['its name', '/list.m3u8?x=1', 'Content-Type: text/plain'],
  ])('marks what leads to TLS in a playlist, which it knows by %s', async (_, path, type) => {
    const text = '#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI="https://cdn.test/key"\nhttps://cdn.test:8443/a.ts\n\xe9.ts\n';
    const headers = [type, 'Content-Range: bytes 0-99/100'];
    const { peer, port, authorization } = await startBoth(
      answerOf('206 Partial Content', headers, Buffer.from(text, 'latin1')),
    );
    const answer = await get(`http://cam.test:${peer.port}${path}`, port, authorization);
    expect(answer.status).toBe(200);
    expect(answer.headers['content-range']).toBeUndefined();
    expect(answer.body.split('\n').slice(1, 3)).toEqual([
      '#EXT-X-KEY:METHOD=AES-128,URI="http://cdn.test.https.invalid:443/key"',
      'http://cdn.test.https.invalid:8443/a.ts',
    ]);
  });

  it.each([
    ['what is no playlist', '200 OK', ['Content-Type: text/plain']],
    ['a part of one', '206 Partial Content', ['Content-Type: audio/mpegurl', 'Content-Range: bytes 9-99/100']],
    ['a packed one', '200 OK', ['Content-Type: audio/mpegurl', 'Content-Encoding: gzip']],
    ['an error', '404 Not Found', ['Content-Type: audio/mpegurl']],
  ])('changes nothing in %s', async (_, status, headers) => {
    const { peer, port, authorization } = await startBoth(answerOf(status, headers, 'https://cdn.test/a.ts\n'));
    const answer = await get(`http://cam.test:${peer.port}/x`, port, authorization);
    expect([`${answer.status} ${answer.words}`, answer.body]).toEqual([status, 'https://cdn.test/a.ts\n']);
  });

  it('takes no playlist that is too long, or that breaks off', async () => {
    const type = 'Content-Type: application/x-mpegURL';
    const long = await startBoth(answerOf('200 OK', [type], Buffer.alloc(1024 * 1024 + 1, 'x')));
    expect((await get(`http://cam.test:${long.peer.port}/x`, long.port, long.authorization)).status).toBe(502);
    const peer = await ofTest(
      HttpPeer.start(({ socket }) => socket.end(answerOf('200 OK', [type, 'Content-Length: 99'], 'x'))),
    );
    expect((await get(`http://cam.test:${peer.port}/x`, long.port, long.authorization)).status).toBe(502);
  });

  it('marks a redirect to TLS', async () => {
    const { peer, port, authorization } = await startBoth(
      answerOf('302 Found', ['Location: https://cam.test/next', 'X-Other: https://cam.test/']),
    );
    const { headers } = await get(`http://cam.test:${peer.port}/`, port, authorization);
    expect([headers.location, headers['x-other']]).toEqual([
      'http://cam.test.https.invalid:443/next',
      'https://cam.test/',
    ]);
  });

  it.each([
    ['a status that is none', 'HTTP/1.1 099 Odd\r\nContent-Length: 0\r\n\r\n'],
    ['a header that may not be sent', 'HTTP/1.1 200 OK\r\nX-Odd: a\x01b\r\nContent-Length: 0\r\n\r\n'],
    ['words that may not be sent', 'HTTP/1.1 200 O\x01K\r\nContent-Length: 0\r\n\r\n'],
    ['another protocol', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n'],
  ])('takes %s for an answer that cannot be used', async (_, answer) => {
    const { peer, port, authorization } = await startBoth(Buffer.from(answer, 'latin1'));
    expect((await get(`http://cam.test:${peer.port}/`, port, authorization)).status).toBe(502);
    await until(() => peer.open === 0);
  });

  it('says that a server cannot be reached', async () => {
    const { peer, port, authorization } = await startBoth();
    const closed = peer.port;
    await peer.stop();
    expect((await get(`http://127.0.0.1:${closed}/`, port, authorization)).status).toBe(502);
    expect((await get('http://unknown.test/', port, authorization)).status).toBe(502);
    expect((await get('http://x-y.ipv6.https.invalid/', port, authorization)).status).toBe(502);
    expect((await get(`http://cam.test.https.invalid:${closed}/`, port, authorization)).status).toBe(502);
  });

  it.each([
    ['POST', 'http://cam.test/'],
    ['PUT', 'http://cam.test/'],
    ['GET', '/etc/passwd'],
    ['GET', 'ftp://cam.test/'],
    ['GET', 'https://cam.test/'],
  ])('does not do %s %s', async (method, target) => {
    const { port, authorization } = await startBoth();
    expect((await get(target, port, authorization, method)).status).toBe(400);
  });

  it.each([
    'CONNECT x HTTP/1.1',
    'CONNECT cam.test:99999 HTTP/1.1',
    'nonsense',
    '\0\0\0\0',
    'GET http://cam.test/ HTTP/9',
  ])('survives %j', async (line) => {
    const { peer, port, authorization } = await startBoth();
    await say(port, `${line}\r\nProxy-Authorization: ${authorization}\r\n\r\n`);
    expect((await get(`http://cam.test:${peer.port}/`, port, authorization)).status).toBe(200);
  });

  it('ends its connections when it is closed, and those to servers with them', async () => {
    const { peer, proxy, port, authorization } = await startBoth(Buffer.from('HTTP/1.1 200 OK\r\n\r\nendless'));
    const text = `GET http://cam.test:${peer.port}/ HTTP/1.1\r\nHost: x\r\nProxy-Authorization: ${authorization}\r\n\r\n`;
    const socket = connect(port, '127.0.0.1').on('error', () => undefined);
    socket.write(text);
    await once(socket, 'data');
    await Promise.all([proxy.close(), once(socket, 'close')]);
    await until(() => peer.open === 0);
  });

  it('leaves a server when FFmpeg goes away', async () => {
    const { peer, port, authorization } = await startBoth(Buffer.from('HTTP/1.1 200 OK\r\n\r\nendless'));
    const socket = connect(port, '127.0.0.1').on('error', () => undefined);
    socket.write(
      `GET http://cam.test:${peer.port}/ HTTP/1.1\r\nHost: x\r\nProxy-Authorization: ${authorization}\r\n\r\n`,
    );
    await once(socket, 'data');
    socket.destroy();
    await until(() => peer.open === 0);
  });
});
