import { readdirSync } from 'node:fs';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAX_WAITING } from '../../server/api/request-queue.js';
import { GatewayOfTest } from '../helpers/gateway-of-test.js';
import { RestServer } from '../helpers/rest-of-test.js';
import { until } from '../helpers/until.js';

/** Larger than what the kernel takes of an answer that nobody reads. */
const FILE_BYTES = 64 * 1024 * 1024;
const RECORDING = 'bars_20260101T000000.000Z.mkv';

const get = (path: string, more = '') => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${more}\r\n`;
const descriptors = () => readdirSync('/proc/self/fd').length;

/** Sends so many requests ahead on each of some connections, takes nothing of the answers, and goes away. */
async function askAndLeave(port: number, request: string, times: number, connections: number): Promise<void> {
  const sockets = Array.from({ length: connections }, () => createConnection({ host: '127.0.0.1', port }).pause());
  const before = sockets.map(
    (socket) =>
      new Promise<void>((resolve) => {
        socket.on('error', () => undefined);
        socket.once('close', () => resolve());
        socket.write(request.repeat(times), () => setTimeout(() => socket.destroy(), 200));
      }),
  );
  await Promise.all(before);
}

describe('requests that are sent ahead', () => {
  let folder: string;
  let gateway: GatewayOfTest;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ahead-'));
    await writeFile(join(folder, 'index.html'), '<!doctype html>');
    await writeFile(join(folder, 'large.js'), '');
    await truncate(join(folder, 'large.js'), FILE_BYTES);
    gateway = await GatewayOfTest.start({ web: { folder, client: join(folder, 'large.js') } });
  });
  afterAll(async () => {
    await gateway.stop();
    await rm(folder, { recursive: true });
  });

  it('are answered in their order, each when the one before it is', async () => {
    const socket = await gateway.connect();
    const paths = ['/healthz', '/api/streams/cam/frame?timeout=60', '/nothing', '/readyz'];
    socket.write(paths.map((path) => get(path)).join('') + get('/api/openapi.json', 'Connection: close\r\n'));
    await until(() => gateway.stream.subscribers.length > 0);
    gateway.stream.publish();
    const statuses = (await text(socket)).match(/HTTP\/1\.1 \d+/g);
    expect(statuses).toEqual([200, 200, 404, 200, 200].map((status) => `HTTP/1.1 ${status}`));
  });

  it('get no answer behind one that ends the connection', async () => {
    const socket = await gateway.connect();
    socket.write(get('/%zz') + get('/readyz').repeat(3));
    expect((await text(socket)).match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 400']);
  });

  it(`may be ${MAX_WAITING} beside the one that is being answered`, async () => {
    const socket = await gateway.connect();
    const last = get('/healthz', 'Connection: close\r\n');
    socket.write(get('/api/streams/cam/frame?timeout=60') + get('/healthz').repeat(MAX_WAITING - 1) + last);
    await until(() => gateway.stream.subscribers.length > 0);
    gateway.stream.publish();
    expect((await text(socket)).match(/HTTP\/1\.1 200/g)).toHaveLength(MAX_WAITING + 1);

    const greedy = await gateway.connect();
    greedy.write(get('/api/streams/cam/frame?timeout=60') + get('/healthz').repeat(MAX_WAITING + 1));
    expect(await text(greedy)).toBe('');
    await until(() => gateway.gateway.connectionCount === 0);
  });

  it.each([
    ['300', 300, 1],
    ['16 on each of 10 connections', 16, 10],
  ])('for a file, %s, leave no descriptor open when their sender goes away', async (_, times, connections) => {
    const before = descriptors();
    await askAndLeave(gateway.port, get('/client.js'), times, connections);
    await until(() => gateway.gateway.connectionCount === 0);
    await until(() => descriptors() <= before);
  });

  it('and then garbage break no answer that is under way', async () => {
    const socket = await gateway.connect();
    socket.write(`${get('/client.js')}${get('/healthz')}nonsense\r\n\r\n`);
    expect(await text(socket)).not.toContain('400 Bad Request');
  });

  it.each([
    ['a file', get('/client.js')],
    ['what there is no route for', get('/%zz')],
    ['what cannot be met', get('/healthz', 'Expect: a miracle\r\n')],
  ])('for %s, and then for another protocol, end their connection and nothing else', async (_, first) => {
    const socket = await gateway.connect();
    const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n';
    socket.write(first + get('/ws/cam', `${upgrade}Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n`));
    await text(socket);
    expect((await gateway.ask('/healthz')).status).toBe(200);
  });
});

describe('requests for recordings that are sent ahead', () => {
  it('leave no descriptor open when their sender goes away', async () => {
    const rest = await RestServer.start(['bars=test:bars?size=64x48&fps=1']);
    await writeFile(join(rest.recordings, RECORDING), '');
    await truncate(join(rest.recordings, RECORDING), FILE_BYTES);
    const request = get(`/api/streams/bars/recordings/${RECORDING}`, 'x-role: view\r\n');
    const port = Number(new URL(rest.url).port);
    // Opens what is opened once.
    await askAndLeave(port, request, 1, 1);
    const before = descriptors();
    await askAndLeave(port, request, 300, 1);
    await askAndLeave(port, request, 16, 10);
    await until(() => descriptors() <= before);
    await rest.stop();
  });
});
