import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { streamStatsSchema } from '../../shared/api/stats-schema.js';
import { streamListSchema, streamSchema } from '../../shared/api/stream-schema.js';
import { MjpegCamera, requireCamera } from '../helpers/mjpeg-camera.js';
import { RestServer } from '../helpers/rest-of-test.js';

const PATTERN = 'test:bars?size=64x48&fps=50';
let rest: RestServer;
/** Takes connections and says nothing. */
let mute: Server;
let muteUrl: string;

beforeAll(async () => {
  rest = await RestServer.start([`bars=${PATTERN}`], { maxStreams: '6', quality: '70' });
  mute = createServer().listen(0, '127.0.0.1');
  await once(mute, 'listening');
  muteUrl = `http://127.0.0.1:${(mute.address() as AddressInfo).port}/x.mjpg`;
});
afterAll(async () => {
  await rest.stop();
  mute.close();
});

/** Adds a stream for the time of an action. */
async function withStream(body: object, action: (name: string) => Promise<void>): Promise<void> {
  const answer = await rest.request('POST', '/api/streams', { body });
  expect(answer.status).toBe(201);
  try {
    await action(answer.json.name);
  } finally {
    await rest.request('DELETE', `/api/streams/${answer.json.name}`);
  }
}

describe('GET /api/streams', () => {
  it('lists the streams', async () => {
    const { status, headers, json } = await rest.get('/api/streams');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toMatch(/^application\/json/);
    expect(streamListSchema.parse(json)).toEqual(json);
    expect(json.streams).toMatchObject([
      { name: 'bars', stream_id: 'bars', url: PATTERN, width: 64, height: 48, fps: 50, isAdded: false },
    ]);
  });

  it('shows one', async () => {
    const { json } = await rest.get('/api/streams/bars');
    expect(streamSchema.parse(json)).toEqual(json);
    expect(json).toMatchObject({ name: 'bars', settings: { quality: 70 } });
  });

  it('knows no other', async () => {
    for (const path of ['none', 'none/stats', 'none/frame', 'none/recordings', 'none/recordings/x.mkv']) {
      expect((await rest.get(`/api/streams/${path}`)).problem).toBe('404 UNKNOWN_STREAM');
    }
    expect((await rest.get(`/api/streams/${'x'.repeat(65)}`)).problem).toBe('400 BAD_REQUEST');
    expect((await rest.get('/api/streams/a%2Fb')).problem).toBe('400 BAD_REQUEST');
    expect((await rest.get('/api/streams/%E0')).problem).toBe('400 BAD_REQUEST');
  });
});

describe('GET /api/streams/:id/stats', () => {
  it('shows figures', async () => {
    const { status, json } = await rest.get('/api/streams/bars/stats');
    expect(status).toBe(200);
    expect(streamStatsSchema.parse(json)).toEqual(json);
    expect(json).toMatchObject({ name: 'bars', stream_id: 'bars', restarts: 0, clients: 0 });
  });
});

describe('POST /api/streams', () => {
  it('adds a stream, whose source need not answer yet', async () => {
    const body = { name: 'door', url: 'rtsp://user:secret@127.0.0.1:9/live', fps: 5, onDemand: true };
    await withStream(body, async () => {
      const answer = await rest.get('/api/streams/door');
      expect(answer.json).toMatchObject({
        ...{ name: 'door', url: 'rtsp://***@127.0.0.1:9/live', state: 'idle', width: 0, height: 0, isAdded: true },
        settings: { fps: 5, quality: 70, onDemand: true },
      });
      expect(answer.body.toString()).not.toContain('secret');
    });
  });

  it('says where it is', async () => {
    const { status, headers, json } = await rest.request('POST', '/api/streams', { body: { url: muteUrl } });
    expect(status).toBe(201);
    expect(headers.get('location')).toBe(`/api/streams/${json.name}`);
    expect(json.name).toBe('127.0.0.1-x.mjpg');
    expect((await rest.get(headers.get('location')!)).json).toEqual(json);
    expect((await rest.request('DELETE', headers.get('location')!)).status).toBe(204);
  });

  it('refuses a name that is taken', async () => {
    const body = { name: 'bars', url: muteUrl };
    expect((await rest.request('POST', '/api/streams', { body })).problem).toBe('409 STREAM_EXISTS');
  });

  it('refuses more streams than the server allows', async () => {
    const added: string[] = [];
    for (let n = 0; n < 5; n += 1) {
      const answer = await rest.request('POST', '/api/streams', { body: { url: muteUrl } });
      expect(answer.status).toBe(201);
      added.push(answer.json.name);
    }
    expect(new Set(added).size).toBe(5);
    expect((await rest.request('POST', '/api/streams', { body: { url: muteUrl } })).problem).toBe(
      '409 TOO_MANY_STREAMS',
    );
    for (const name of added) expect((await rest.request('DELETE', `/api/streams/${name}`)).status).toBe(204);
  });

  it.each([
    ['no body', undefined],
    ['an empty body', ''],
    ['no JSON', '{"url":'],
    ['no object', '[]'],
    ['null', 'null'],
    ['no address', {}],
    ['a poisoned prototype', '{"__proto__":{"x":1},"url":"http://a/"}'],
    ['an address of the wrong type', { url: 5 }],
    ['an empty address', { url: '' }],
    ['an address that is too long', { url: `http://${'a'.repeat(2100)}/` }],
    ['a name with a slash', { name: 'a/b', url: 'http://a/' }],
    ['the name of all streams', { name: 'all', url: 'http://a/' }],
    ['names that differ', { name: 'a', stream_id: 'b', url: 'http://a/' }],
    ['addresses that differ', { name: 'a', url: 'http://a/', rtsp_url: 'http://b/' }],
    ['a width of nothing', { url: 'http://a/', width: 0 }],
    ['a height that is too large', { url: 'http://a/', height: 8193 }],
    ['a width that is text', { url: 'http://a/', width: '640' }],
    ['a rate of nothing', { url: 'http://a/', fps: 0 }],
    ['a policy there is not', { url: 'http://a/', policy: 'queue:0' }],
    ['a module', { url: 'http://a/', processor: ['./evil.mjs'] }],
    ['a method of decoding', { url: 'http://a/', hwaccel: 'vaapi' }],
  ])('refuses %s', async (_, body) => {
    const headers = body === undefined ? { 'content-type': 'application/json' } : {};
    expect((await rest.request('POST', '/api/streams', { body, headers })).problem).toBe('400 BAD_REQUEST');
  });

  it('refuses bodies that are no JSON, or too large', async () => {
    const headers = { 'content-type': 'text/plain' };
    expect((await rest.request('POST', '/api/streams', { body: 'x', headers })).problem).toBe('415 BAD_REQUEST');
    const body = { url: 'http://a/', x: 'x'.repeat(70_000) };
    expect((await rest.request('POST', '/api/streams', { body })).problem).toBe('413 BODY_TOO_LARGE');
  });

  it.each([
    '/etc/passwd',
    'file:///etc/passwd',
    'device:/dev/video0',
    '-',
    'test:bars',
    'concat:a|b',
    ' http://a/',
    'x=http://a/',
    'http://169.254.169.254/latest/meta-data',
  ])('refuses the source %j', async (url) => {
    expect((await rest.request('POST', '/api/streams', { body: { url } })).problem).toBe('403 SOURCE_FORBIDDEN');
    const patch = { body: { rtsp_url: url } };
    expect((await rest.request('PATCH', '/api/streams/bars', patch)).problem).toBe('403 SOURCE_FORBIDDEN');
  });

  it('never fails, whatever the body is', async () => {
    const text = fc.oneof(
      fc.string(),
      fc.constantFrom('http://127.0.0.1:9/', 'rtsp://[::1]:9/x', 'udp://@:0', 'bars', '..'),
    );
    const value = fc.oneof(fc.jsonValue(), text, fc.integer(), fc.double(), fc.constant(null));
    const key = fc.constantFrom('name', 'stream_id', 'url', 'rtsp_url', 'fps', 'width', 'height', 'quality', 'policy');
    const body = fc.oneof(fc.jsonValue(), fc.dictionary(fc.oneof(key, fc.string()), value));
    await rest.request('POST', '/api/streams', { body: { name: 'fuzzed', url: muteUrl } });
    const path = fc.constantFrom('/api/streams', '/api/streams/fuzzed', '/api/streams/fuzzed/recordings');
    const method = fc.constantFrom('POST', 'PATCH', 'DELETE', 'PUT');
    await fc.assert(
      fc.asyncProperty(method, path, body, async (verb, at, content) => {
        if (verb === 'DELETE' && at === '/api/streams/fuzzed') return;
        const answer = await rest.request(verb, at, { body: JSON.stringify(content) });
        expect(answer.status).toBeLessThan(500);
        if (answer.status === 201 && at === '/api/streams')
          await rest.request('DELETE', `/api/streams/${answer.json.name}`);
      }),
      { numRuns: 200 },
    );
    await rest.request('DELETE', '/api/streams/fuzzed');
  });
});

describe('PATCH /api/streams/:id', () => {
  it('changes settings and leaves the others', async () => {
    await withStream({ name: 'door', url: 'http://user:secret@127.0.0.1:9/a', fps: 5 }, async () => {
      const body = {
        width: 32,
        height: 24,
        policy: 'queue:5',
        idleTimeout: 1.5,
        processor: ['watermark'],
        quality: null,
      };
      const { status, json } = await rest.request('PATCH', '/api/streams/door', { body });
      expect(status).toBe(200);
      expect(json.settings).toMatchObject({ ...body, fps: 5, quality: null });
      expect(json.url).toBe('http://***@127.0.0.1:9/a');
    });
  });

  it('takes what was shown for what is', async () => {
    await withStream({ name: 'door', url: 'http://user:secret@127.0.0.1:9/a' }, async () => {
      const { json } = await rest.get('/api/streams/door');
      const body = { ...json.settings, url: json.url, width: 16 };
      expect((await rest.request('PATCH', '/api/streams/door', { body })).status).toBe(200);
      expect(rest.control.get('door')?.settings).toMatchObject({
        source: { kind: 'http', name: 'door', url: 'http://user:secret@127.0.0.1:9/a' },
        width: 16,
      });
    });
  });

  it('gives a stream another source', async () => {
    await withStream({ name: 'door', url: 'http://127.0.0.1:9/a' }, async () => {
      const body = { rtsp_url: 'rtsp://127.0.0.1:9/b' };
      const { json } = await rest.request('PATCH', '/api/streams/door', { body });
      expect(json).toMatchObject({ name: 'door', url: 'rtsp://127.0.0.1:9/b' });
    });
  });

  it('refuses what it must', async () => {
    expect((await rest.request('PATCH', '/api/streams/none', { body: {} })).problem).toBe('404 UNKNOWN_STREAM');
    expect((await rest.request('PATCH', '/api/streams/bars', { body: { width: 1 } })).problem).toBe('400 BAD_REQUEST');
    expect((await rest.request('PATCH', '/api/streams/bars')).problem).toBe('400 BAD_REQUEST');
  });

  it('changes the settings of a stream of the configuration, whose source stays', async () => {
    const { json } = await rest.request('PATCH', '/api/streams/bars', { body: { frameBuffer: 3, url: PATTERN } });
    expect(json).toMatchObject({ url: PATTERN, isAdded: false, settings: { frameBuffer: 3 } });
  });
});

describe('DELETE /api/streams/:id', () => {
  it('takes a stream away', async () => {
    await rest.request('POST', '/api/streams', { body: { name: 'door', url: muteUrl } });
    const { status, body } = await rest.request('DELETE', '/api/streams/door');
    expect([status, body.length]).toEqual([204, 0]);
    expect((await rest.request('DELETE', '/api/streams/door')).problem).toBe('404 UNKNOWN_STREAM');
    expect((await rest.get('/api/streams/door')).problem).toBe('404 UNKNOWN_STREAM');
  });

  it('answers other methods with those there are', async () => {
    const answer = await rest.request('PUT', '/api/streams/bars', { body: {} });
    expect(answer.problem).toBe('405 METHOD_NOT_ALLOWED');
    expect(answer.headers.get('allow')).toBe('DELETE, GET, HEAD, PATCH');
  });
});

describe.skipIf(!requireCamera())('the five calls of other servers', () => {
  it('work as listed', async () => {
    const camera = await MjpegCamera.start();
    try {
      const rtsp_url = camera.url('mjpeg?fps=10');
      const body = { stream_id: 'cam1', rtsp_url, width: 80, height: 60 };
      const added = await rest.request('POST', '/api/streams', { body });
      expect(added.status).toBe(201);
      expect(added.json).toMatchObject({ stream_id: 'cam1', rtsp_url, settings: { width: 80, height: 60 } });

      const { json } = await rest.get('/api/streams');
      expect(json.streams.map(({ stream_id }: { stream_id: string }) => stream_id)).toEqual(['bars', 'cam1']);

      const frame = await rest.get('/api/streams/cam1/frame');
      expect(frame.status).toBe(200);
      expect(frame.headers.get('content-type')).toBe('image/jpeg');
      expect(frame.headers.get('x-width')).toBe('80');
      expect(frame.body.subarray(0, 2).toString('hex')).toBe('ffd8');

      const stats = (await rest.get('/api/streams/cam1/stats')).json;
      expect(stats).toMatchObject({ stream_id: 'cam1', state: 'live' });
      expect(stats.frames).toBeGreaterThan(0);

      expect((await rest.request('DELETE', '/api/streams/cam1')).status).toBe(204);
      expect((await rest.get('/api/streams/cam1')).status).toBe(404);
    } finally {
      await camera.stop();
    }
  });
});
