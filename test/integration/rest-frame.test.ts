import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readJpegInfo } from '../../shared/jpeg/jpeg-info.js';
import { RestServer } from '../helpers/rest-of-test.js';
import { until } from '../helpers/until.js';

const FRAME = '/api/streams/bars/frame';
let rest: RestServer;

beforeAll(async () => {
  rest = await RestServer.start(['bars=test:testsrc?size=64x48&fps=25'], { idleTimeout: '60' });
  await rest.request('POST', '/api/streams', { body: { name: 'down', url: 'http://127.0.0.1:9/x' } });
});
afterAll(() => rest.stop());

const stream = () => rest.hub.byName('bars')!;

describe('GET /api/streams/:id/frame', () => {
  it('wakes the source and answers with a frame and what it is', async () => {
    expect(stream().info().state).toBe('idle');
    const { status, headers, body } = await rest.get(FRAME);
    expect(status).toBe(200);
    expect(readJpegInfo(body)).toMatchObject({ width: 64, height: 48 });
    expect(Object.fromEntries(headers)).toMatchObject({
      ...{ 'content-type': 'image/jpeg', 'content-length': `${body.length}`, 'cache-control': 'no-store' },
      ...{ 'x-stream': 'bars', 'x-state': 'live', 'x-time-source': 'schedule', 'x-width': '64', 'x-height': '48' },
    });
    const captureTimeUs = Number(headers.get('x-capture-time-us'));
    expect(headers.get('x-timestamp')).toBe((captureTimeUs / 1e6).toFixed(6));
    expect(Number(headers.get('x-age-us'))).toBeLessThan(60e6);
    expect(headers.get('x-sequence')).toMatch(/^\d+$/);
  });

  it('says in a HEAD what a GET would', async () => {
    const { status, headers, body } = await rest.request('HEAD', FRAME);
    expect([status, body.length]).toEqual([200, 0]);
    expect(headers.get('content-type')).toBe('image/jpeg');
  });

  it('waits for the frame after a sequence number', async () => {
    let sequence = Number((await rest.get(FRAME)).headers.get('x-sequence'));
    for (let n = 0; n < 5; n += 1) {
      const { headers } = await rest.get(`${FRAME}?after=${sequence}`);
      const next = Number(headers.get('x-sequence'));
      expect(next).toBeGreaterThan(sequence);
      sequence = next;
    }
  });

  it('has news for one whose number is of another life of the server', async () => {
    const { status, headers } = await rest.get(`${FRAME}?after=9000000000&timeout=0`);
    expect(status).toBe(200);
    expect(Number(headers.get('x-sequence'))).toBeLessThan(9e9);
  });

  it('tells why there is no frame, and when to come again', async () => {
    const answer = await rest.get('/api/streams/down/frame?timeout=0.3');
    expect(answer.problem).toBe('503 NO_FRAME');
    expect(answer.headers.get('retry-after')).toMatch(/^[15]$/);
    expect(answer.json.detail).toMatch(/^The stream down is (connecting|offline) and has no new frame/);
    await until(() => rest.hub.byName('down')?.info().state === 'offline');
    const later = await rest.get('/api/streams/down/frame?timeout=0');
    expect(later.headers.get('retry-after')).toBe('5');
    expect(later.json.detail).toMatch(/^The stream down is offline and has no new frame: .+/);
  });

  it('ends a wait with the stream', async () => {
    await rest.request('POST', '/api/streams', { body: { name: 'leaving', url: 'http://127.0.0.1:9/x' } });
    const answer = rest.get('/api/streams/leaving/frame?timeout=60');
    await until(() => rest.hub.byName('leaving')!.subscriberCount === 1);
    await rest.request('DELETE', '/api/streams/leaving');
    expect((await answer).problem).toBe('503 NO_FRAME');
  });

  it('lets go of the stream when whoever waits hangs up', async () => {
    await rest.request('POST', '/api/streams', { body: { name: 'left', url: 'http://127.0.0.1:9/x' } });
    const left = rest.hub.byName('left')!;
    const call = httpRequest(`${rest.url}/api/streams/left/frame?timeout=60`).on('error', () => undefined);
    call.end();
    await until(() => left.subscriberCount === 1);
    call.destroy();
    await until(() => left.subscriberCount === 0);
    await rest.request('DELETE', '/api/streams/left');
  });

  it.each([
    ['width=32', 32, 24],
    ['height=12', 16, 12],
    ['width=32&height=32', 32, 32],
    ['width=128', 64, 48],
    ['height=8192', 64, 48],
    ['width=8192&height=8192', 48, 48],
    ['width=128&height=48', 64, 24],
    ['width=64', 64, 48],
    ['width=64&height=48', 64, 48],
    ['quality=30', 64, 48],
  ])('scales to %s', async (query, width, height) => {
    const { status, headers, body } = await rest.get(`${FRAME}?${query}`);
    expect(status).toBe(200);
    expect(readJpegInfo(body)).toMatchObject({ width, height });
    expect([headers.get('x-width'), headers.get('x-height')]).toEqual([`${width}`, `${height}`]);
    expect(headers.get('content-length')).toBe(`${body.length}`);
  });

  it('encodes as it is asked to', async () => {
    const [poor, rich] = await Promise.all([rest.get(`${FRAME}?quality=1`), rest.get(`${FRAME}?quality=100`)]);
    expect(poor.body.length).toBeLessThan(rich.body.length);
  });

  it.each([
    ...[
      'width=0',
      'width=1',
      'width=8193',
      'width=',
      'width=x',
      'width=1e2',
      'width=0x20',
      'width=5.5',
      'width=5&width=6',
    ],
    ...['height=-5', 'quality=0', 'quality=101', 'after=-1', 'after=', 'after=1.5', 'after=1e400', 'timeout=61'],
    ...['timeout=-1', 'timeout=NaN', 'timeout=Infinity'],
  ])('refuses %s', async (query) => {
    expect((await rest.get(`${FRAME}?${query}`)).problem).toBe('400 BAD_REQUEST');
  });

  it('serves many at once from one encode', async () => {
    const answers = await Promise.all(Array.from({ length: 100 }, () => rest.get(`${FRAME}?width=30`)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    const bySequence = new Map(answers.map(({ headers, body }) => [headers.get('x-sequence'), body]));
    for (const { headers, body } of answers) expect(bySequence.get(headers.get('x-sequence'))).toEqual(body);
    await until(() => stream().subscriberCount === 0);
  });
});
