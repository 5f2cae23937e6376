import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { MediamtxApi } from '../../../../server/rtsp/mediamtx-api.js';
import { pathPageSchema } from '../../../../server/rtsp/mediamtx-api-schema.js';
import { SystemClock } from '../../../../shared/clock.js';
import { FakeClock } from '../../../helpers/fake-clock.js';
import { until } from '../../../helpers/until.js';

const PATH = { name: 'cam', ready: true, tracks: ['H264'], bytesReceived: 5, readers: [{ type: 'a', id: 'b' }], x: 1 };
const clock = new SystemClock();

describe('the client of the API of MediaMTX', () => {
  const ends: (() => void)[] = [];
  afterEach(() => ends.splice(0).forEach((end) => end()));

  it('tells what is published and read', async () => {
    const api = await apiOf(json({ pageCount: 1, itemCount: 1, items: [PATH] }));
    expect(await api.paths()).toEqual(
      new Map([['cam', { name: 'cam', isReady: true, tracks: ['H264'], bytesReceived: 5, readers: 1 }]]),
    );
    expect(api.problem).toBeNull();
  });

  it('knows a server on which there is nothing', async () => {
    expect(await (await apiOf(json({ pageCount: 0, itemCount: 0, items: [] }))).paths()).toEqual(new Map());
  });

  it('turns the pages', async () => {
    const api = await apiOf((request, response) => {
      const page = new URL(request.url ?? '', 'http://h').searchParams.get('page');
      json({ pageCount: 3, items: [{ ...PATH, name: `cam${page}` }] })(request, response);
    });
    expect([...((await api.paths()) ?? []).keys()]).toEqual(['cam0', 'cam1', 'cam2']);
  });

  it('shows its credentials, and says when they are wrong', async () => {
    const right = `Basic ${Buffer.from('me:pass:word').toString('base64')}`;
    const check: RequestListener = (request, response) =>
      request.headers.authorization === right
        ? json({ pageCount: 0, items: [] })(request, response)
        : response.writeHead(401).end();
    expect(await (await apiOf(check, { user: 'me', password: 'pass:word' })).paths()).toEqual(new Map());
    const denied = await apiOf(check, { user: 'me', password: 'other' });
    expect([await denied.paths(), denied.problem]).toEqual([null, 'it wants other credentials']);
  });

  it.each<[string, RequestListener, string | RegExp]>([
    ['another status', (_, response) => response.writeHead(500).end('no'), 'it answered with 500'],
    ['a redirect', (_, response) => response.writeHead(302, { location: '/' }).end(), /redirect/],
    ['no JSON', (_, response) => response.end('<html>'), 'its answer is no JSON'],
    ['an empty answer', (_, response) => response.end(), 'its answer is no JSON'],
    ['another JSON', json({ pageCount: 1, items: [{ ...PATH, ready: 'yes' }] }), 'its answer is no list of paths'],
    ['no object', json([1]), 'its answer is no list of paths'],
    ['counts below zero', json({ pageCount: 1, items: [{ ...PATH, bytesReceived: -1 }] }), /no list/],
    [
      'a broken answer',
      (_, response) => void response.writeHead(200, { 'content-length': '9' }).write('{}', () => response.destroy()),
      /\w/,
    ],
    ['a connection that ends', (_, response) => void response.destroy(), /\w/],
    ['more paths than a page has', json({ pageCount: 1, items: Array(201).fill(PATH) }), /no list/],
    [
      'more tracks than a path has',
      json({ pageCount: 1, items: [{ ...PATH, tracks: Array(65).fill('') }] }),
      /no list/,
    ],
    ['a page that is too long', json({ pageCount: 1, items: [], x: 'x'.repeat(2 ** 20) }), 'its answer is too long'],
    [
      'pages that are too long together',
      json({ pageCount: 9, items: [], x: 'x'.repeat(1_000_000) }),
      'its answer is too long',
    ],
    ['pages without end', json({ pageCount: 1e15, items: [] }), 'it has more than 10000 paths'],
  ])('takes %s for no answer', async (_name, listener, problem) => {
    const api = await apiOf(listener);
    expect(await api.paths()).toBeNull();
    expect(api.problem).toMatch(problem);
  });

  it('reads no more of an answer than it has room for', async () => {
    let isGone = false;
    const api = await apiOf((_, response) => {
      response.on('close', () => (isGone = true));
      const more = () => void (response.destroyed || response.write(' '.repeat(65_536), more));
      more();
    });
    expect([await api.paths(), api.problem]).toEqual([null, 'its answer is too long']);
    await until(() => isGone);
  });

  it('counts readers without a look at them, and says how long it took', async () => {
    const readers = Array<number>(400_000).fill(1);
    const api = await apiOf(json({ pageCount: 1, items: [{ ...PATH, readers }] }));
    expect((await api.paths())?.get('cam')?.readers).toBe(400_000);
    expect(api.readingUs).toBeGreaterThan(0);
    let looked = 0;
    const watched = new Proxy(readers, { get: (list, key) => (key === '5' && (looked += 1), Reflect.get(list, key)) });
    expect(pathPageSchema.safeParse({ pageCount: 1, items: [{ ...PATH, readers: watched }] }).success).toBe(true);
    expect(looked).toBe(0);
  });

  it('waits no longer than it may, also in the middle of an answer', async () => {
    for (const begin of ['', '{"pageCount":']) {
      const fake = new FakeClock();
      let isAsked = false;
      const address = await addressOf((_, response) => {
        if (begin !== '') response.write(begin);
        isAsked = true;
      });
      const api = new MediamtxApi(address, null, fake, 2000);
      const answer = api.paths();
      await until(() => isAsked);
      fake.advance(2_000_000);
      expect([await answer, api.problem]).toEqual([null, 'no answer within 2000 ms']);
      expect(fake.pending).toBe(0);
    }
  });

  it('says so where there is no server, or no address', async () => {
    const address = await addressOf(json({}));
    ends.splice(0).forEach((end) => end());
    const api = new MediamtxApi(address, null, clock);
    expect([await api.paths(), api.problem]).toEqual([null, expect.stringContaining('ECONNREFUSED')]);
    const nowhere = new MediamtxApi('nonsense', null, clock);
    expect([await nowhere.paths(), nowhere.problem]).toEqual([null, 'Invalid URL']);
  });

  it('answers anything with paths or null', async () => {
    let body: unknown = null;
    const api = await apiOf((request, response) => json(body)(request, response));
    const item = fc.record({ name: fc.string(), ready: fc.boolean(), tracks: fc.anything(), readers: fc.anything() });
    const page = fc.record({ pageCount: fc.integer({ max: 3 }), items: fc.array(fc.oneof(item, fc.constant(PATH))) });
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.json().map((text) => JSON.parse(text) as unknown),
          page,
        ),
        async (answer) => {
          body = answer;
          const paths = await api.paths();
          expect(paths === null).toBe(api.problem !== null);
        },
      ),
      { numRuns: 60 },
    );
  });

  async function apiOf(listener: RequestListener, user: { user: string; password: string } | null = null) {
    return new MediamtxApi(await addressOf(listener), user, clock);
  }

  async function addressOf(listener: RequestListener): Promise<string> {
    const server = createServer(listener).listen(0, '127.0.0.1');
    await once(server, 'listening');
    ends.push(() => {
      server.closeAllConnections();
      server.close();
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }
});

function json(value: unknown): RequestListener {
  return (_request, response) => void response.end(JSON.stringify(value));
}
