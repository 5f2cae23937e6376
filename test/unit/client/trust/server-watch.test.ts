import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findServerApi } from '../../../../client/trust/find-server-api.js';
import { openServerWatch } from '../../../../client/trust/server-watch.js';
import { SystemClock } from '../../../../shared/clock.js';
import type { Clock } from '../../../../shared/clock.js';
import { FakeClock } from '../../../helpers/fake-clock.js';
import { until } from '../../../helpers/until.js';

const SERVER = {
  ...{ version: '9.9.9', nowUs: 1_000_000_000, startedAtUs: 5, clients: 3, tcpPort: 8000, memoryBytes: 70e6 },
  ...{ cpuSeconds: 10, eventLoopDelayP99Us: 700 },
};

describe('ServerWatch', () => {
  let http: Server;
  let origin: string;
  let answers: Record<string, unknown>;
  let requests: IncomingMessage[];
  /** What answers instead, for answers that no server of ours gives. */
  let odd: ((response: ServerResponse) => void) | null;
  const clock = new SystemClock();

  beforeEach(async () => {
    answers = { '/api/server': SERVER, '/api/streams': { streams: [{ name: 'cam' }, { name: 'new' }] } };
    answers['/api/streams/cam/stats'] = { name: 'cam', frames: 100, droppedFrames: 4 };
    requests = [];
    odd = null;
    http = createServer((request, response) => {
      requests.push(request);
      if (odd) return odd(response);
      const answer = answers[request.url ?? ''];
      response.writeHead(answer === undefined ? 404 : 200).end(JSON.stringify(answer ?? {}));
    }).listen(0, '127.0.0.1');
    await once(http, 'listening');
    origin = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    http.close();
    http.closeAllConnections();
  });

  const open = async (asking: Clock = clock, token: string | null = null) => {
    const watch = await openServerWatch({ apiUrl: origin, targets: [], token }, asking, new AbortController().signal);
    if (watch === null) throw new Error('no API was found');
    return watch;
  };

  it('says what the server says of itself, by the clock of the server', async () => {
    const fake = new FakeClock();
    const watch = await open(fake);
    expect(watch.isSameMachine).toBe(true);
    await watch.begin();
    answers['/api/server'] = {
      ...SERVER,
      nowUs: SERVER.nowUs + 2_000_000,
      cpuSeconds: 11,
      clients: 9,
      memoryBytes: 8e7,
    };
    answers['/api/streams/cam/stats'] = { name: 'cam', frames: 160, droppedFrames: 5 };
    answers['/api/streams/new/stats'] = { name: 'new', frames: 7, droppedFrames: 0 };
    fake.advance(1_000_000);
    await until(() => watch.latest() !== null);
    expect(watch.latest()).toEqual({
      ...{ atMs: 1000, cpuPercent: 50, residentBytes: 8e7, loopDelayP99Us: 700, clients: 9 },
    });
    const { samples, ...rest } = await watch.end();
    expect(samples).toHaveLength(1);
    expect(rest).toEqual({
      ...{ url: origin, version: '9.9.9', isSameMachine: true },
      streams: [{ name: 'cam', published: 60, droppedFrames: 1 }],
    });
    await watch.close();
    expect(fake.pending).toBe(0);
  });

  it('leaves out what spans a restart, and what is not answered', async () => {
    const watch = await open();
    await watch.begin();
    answers['/api/server'] = { ...SERVER, nowUs: SERVER.nowUs + 1, startedAtUs: 6, cpuSeconds: 1 };
    answers['/api/streams/cam/stats'] = { name: 'cam', frames: 3, droppedFrames: 0 };
    expect(await watch.end()).toMatchObject({ samples: [], streams: [] });
    answers = {};
    await watch.begin();
    expect(await watch.end()).toMatchObject({ samples: [], streams: [], version: '9.9.9' });
    await watch.close();
  });

  it('says nothing of what was published by a server that started anew, however far its counters came', async () => {
    const watch = await open();
    await watch.begin();
    answers['/api/server'] = { ...SERVER, startedAtUs: 6 };
    answers['/api/streams/cam/stats'] = { name: 'cam', frames: 194, droppedFrames: 4 };
    expect((await watch.end()).streams).toEqual([]);
    await watch.begin();
    answers['/api/streams/cam/stats'] = { name: 'cam', frames: 200, droppedFrames: 4 };
    expect((await watch.end()).streams).toEqual([{ name: 'cam', published: 6, droppedFrames: 0 }]);
    await watch.close();
  });

  it('does not wait for a server that hangs when it is closed', async () => {
    const watch = await open();
    odd = () => undefined;
    const begun = watch.begin();
    await until(() => requests.length >= 2);
    await watch.close();
    await begun;
  });

  it('waits two seconds for all streams together, however many do not answer', async () => {
    const fake = new FakeClock();
    const watch = await open(fake);
    answers['/api/streams'] = { streams: Array.from({ length: 64 }, (_, index) => ({ name: `s${index}` })) };
    const answer = http.listeners('request')[0] as (request: IncomingMessage, response: ServerResponse) => void;
    http.removeAllListeners('request').on('request', (request: IncomingMessage, response: ServerResponse) => {
      if (request.url?.endsWith('/stats')) requests.push(request);
      else answer(request, response);
    });
    const asked = () => requests.filter(({ url }) => url?.endsWith('/stats')).length;
    for (const [nth, change] of [() => watch.begin(), () => watch.end()].entries()) {
      const changed = change();
      await until(() => asked() === nth + 1);
      fake.advance(2_000_000);
      await changed;
      expect(asked()).toBe(nth + 1);
    }
    await watch.close();
  });

  it('takes no more of an answer than a server of ours would give', async () => {
    odd = (response) => {
      const chunk = Buffer.alloc(65_536, ' ');
      const more = (): unknown => response.destroyed || (response.write(chunk) ? setImmediate(more) : undefined);
      response.on('drain', more);
      more();
    };
    await expect(open()).rejects.toMatchObject({ code: 'CONNECT_FAILED' });
  });

  it.each(['', 'null', '[]', '{"version":1}', '{"version":"1","nowUs":-5}', '<html>'])(
    'refuses the answer %j',
    async (body) => {
      odd = (response) => response.end(body);
      await expect(open()).rejects.toMatchObject({ code: 'CONNECT_FAILED' });
    },
  );

  it('shows no token in what it says', async () => {
    answers = {};
    const request = { apiUrl: `${origin}/?token=s3cr3ts3cr3t`, targets: [], token: null };
    const error = await findServerApi(request, clock).catch((thrown: Error) => thrown);
    expect(error).toMatchObject({ code: 'CONNECT_FAILED' });
    expect(inspect(error)).not.toContain('s3cr3t');
    expect(requests[0]?.headers.authorization).toBe('Bearer s3cr3ts3cr3t');
  });

  it.each([null, 'given'])('gives up the search as soon as it is told to (API %s)', async (given) => {
    odd = () => stop.abort();
    const stop = new AbortController();
    const targets = [{ url: `${origin}/streams/cam.mjpg`, kind: 'mjpeg' as const }];
    const request = { apiUrl: given && origin, targets, token: null };
    // The clock stands still, so that no limit of time ends it.
    expect(await openServerWatch(request, new FakeClock(), stop.signal)).toBeNull();
    expect(await openServerWatch(request, new FakeClock(), stop.signal)).toBeNull();
    expect(requests).toHaveLength(1);
    await until(() => requests[0]?.socket.destroyed === true);
  });

  describe('found by itself', () => {
    const find = (url: string, kind: 'streamer' | 'websocket' | 'mjpeg' | 'rtsp', token: string | null = null) =>
      findServerApi({ apiUrl: null, targets: [{ url, kind }], token }, clock);

    it('is the same origin for WebSocket, with the token that goes there anyhow', async () => {
      const found = await find(`${origin.replace('http', 'ws')}/ws/cam`, 'websocket', 'the token');
      expect(found?.origin.origin).toBe(origin);
      expect(requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer the token']);
    });

    it('is the same origin for MJPEG, and takes its token from the address only', async () => {
      expect(await find(`${origin}/streams/cam.mjpg`, 'mjpeg', 'the token')).not.toBeNull();
      expect(await find(`${origin}/streams/cam.mjpg?token=its+own`, 'mjpeg')).not.toBeNull();
      expect(requests.map(({ headers }) => headers.authorization)).toEqual([undefined, 'Bearer its own']);
    });

    it('is the gateway of a target over TCP when it says so, and never sees the token', async () => {
      const gatewayPort = Number(new URL(origin).port);
      const findAt = (url: string) =>
        findServerApi({ apiUrl: null, targets: [{ url, kind: 'streamer' }], token: 'secret', gatewayPort }, clock);
      expect(await findAt('streamer://127.0.0.1:8000/cam?token=secret')).not.toBeNull();
      expect(await findAt('streamer://127.0.0.1')).not.toBeNull();
      expect(await findAt('streamer://127.0.0.1:8001')).toBeNull();
      expect(requests.map(({ headers }) => headers.authorization)).toEqual([undefined, undefined, undefined]);
    });

    it('is that of all kinds of targets of one server together, at the port that one over HTTP names', async () => {
      const tcp = { url: 'streamer://127.0.0.1:8000/cam', kind: 'streamer' as const };
      const mjpeg = { url: `${origin}/streams/cam.mjpg`, kind: 'mjpeg' as const };
      const ws = { url: `${origin.replace('http', 'ws')}/ws/cam`, kind: 'websocket' as const };
      const findAll = (...targets: { url: string; kind: 'streamer' | 'mjpeg' | 'websocket' }[]) =>
        findServerApi({ apiUrl: null, targets, token: 'secret' }, clock);
      for (const targets of [
        [tcp, ws],
        [mjpeg, tcp],
        [tcp, mjpeg, ws],
      ]) {
        expect((await findAll(...targets))?.origin.origin).toBe(origin);
      }
      expect(requests.map(({ headers }) => headers.authorization)).toEqual([
        'Bearer secret',
        undefined,
        'Bearer secret',
      ]);
      // Another server on the same host, two of them, and one on another host.
      expect(await findAll({ ...tcp, url: 'streamer://127.0.0.1:8001/cam' }, mjpeg)).toBeNull();
      expect(await findAll(tcp, { ...tcp, url: 'streamer://127.0.0.1:8001/cam' }, mjpeg)).toBeNull();
      expect(await findAll({ ...tcp, url: 'streamer://127.0.0.2:8000/cam' }, mjpeg)).toBeNull();
    });

    it('is none where no server of ours answers', async () => {
      answers = {};
      expect(await find(`${origin}/video.mjpg`, 'mjpeg')).toBeNull();
      expect(await find('rtsp://127.0.0.1:8554/cam', 'rtsp')).toBeNull();
    });

    it('is none of several servers, and none where nobody is to be asked', async () => {
      const targets = [`${origin}/a.mjpg`, 'http://127.0.0.1:1/b.mjpg'].map((url) => ({ url, kind: 'mjpeg' as const }));
      expect(await findServerApi({ apiUrl: null, targets, token: null }, clock)).toBeNull();
      expect(await findServerApi({ apiUrl: 'off', targets: targets.slice(0, 1), token: null }, clock)).toBeNull();
      expect(requests).toEqual([]);
      const same = [`${origin}/a.mjpg`, `${origin}/b.mjpg`].map((url) => ({ url, kind: 'mjpeg' as const }));
      expect(await findServerApi({ apiUrl: null, targets: same, token: null }, clock)).not.toBeNull();
    });
  });
});
