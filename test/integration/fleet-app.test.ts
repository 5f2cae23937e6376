import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { startFleetApp } from '../../server/fleet-app.js';
import type { FleetApp, FleetAppOptions } from '../../server/fleet-app.js';
import { fleetSchema, publisherSchema } from '../../shared/api/publisher-schema.js';
import { eventSchema } from '../../shared/api/event-schema.js';
import { SystemClock } from '../../shared/clock.js';
import { StreamerError } from '../../shared/errors.js';
import { FakeFleet, fleetMember } from '../helpers/fake-fleet.js';
import { GatewayOfTest } from '../helpers/gateway-of-test.js';
import { LogOfTest } from '../helpers/log-of-test.js';
import { RestAnswer } from '../helpers/rest-of-test.js';

let app: FleetApp | null = null;
let log: LogOfTest;

afterEach(async () => {
  await app?.stop();
  app = null;
});

/** Serves a fleet on loopback, unless `options` say otherwise. */
async function serve(fleet: FakeFleet, options: Partial<FleetAppOptions> = {}): Promise<void> {
  log = new LogOfTest();
  app = await startFleetApp(
    fleet,
    { httpPort: 0, host: '127.0.0.1', token: null, adminToken: null, ...options },
    {
      ...{ clock: new SystemClock(), logger: log.logger, ffmpegPath: 'absent' },
      processFigures: () => ({ nodeVersion: 'v0', memoryBytes: 1, cpuSeconds: 1 }),
    },
  );
}

async function ask(method: string, path: string, body?: unknown, token?: string): Promise<RestAnswer> {
  const headers = {
    ...(body !== undefined && { 'content-type': 'application/json' }),
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
  };
  const answer = await fetch(`http://127.0.0.1:${app?.port}${path}`, {
    method,
    headers,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return new RestAnswer(answer.status, answer.headers, Buffer.from(await answer.arrayBuffer()));
}

describe('the API of a fleet', () => {
  it('lists publishers, the load of the machine and the videos, without who logs in', async () => {
    await serve(new FakeFleet('stream-001', 'stream-002'));
    const { status, json, body } = await ask('GET', '/api/publishers');
    expect(status).toBe(200);
    expect(fleetSchema.parse(json)).toEqual(json);
    expect(json.publishers.map(({ name }: { name: string }) => name)).toEqual(['stream-001', 'stream-002']);
    expect(json.videos).toEqual(['film.mp4', 'test:bars']);
    expect(json.resources).toEqual({
      ...{ cpuPercent: 41.5, memoryPercent: null, notice: null },
      limits: { maxStreams: 3, maxCpuPercent: 90, maxMemoryPercent: 80 },
    });
    expect(json.publishers[0].connection.url).toBe('rtsp://***@127.0.0.1:8554/stream-001');
    expect(body.toString()).not.toContain('user');
  });

  it('shows one, with why it is not publishing', async () => {
    const fleet = new FakeFleet();
    const error = new StreamerError('PUBLISH_DENIED', 'rtsp://user:***@127.0.0.1:8554/a wants other credentials.');
    const member = fleetMember('a');
    fleet.set({ ...member, health: 'waiting', connection: { ...member.connection, state: 'waiting', error } });
    await serve(fleet);
    const { json } = await ask('GET', '/api/publishers/a');
    expect(publisherSchema.parse(json)).toEqual(json);
    expect(json).toMatchObject({ health: 'waiting', connection: { error: { code: 'PUBLISH_DENIED' } } });
    expect(json.connection.error.message).not.toContain('user');
    expect((await ask('GET', '/api/publishers/b')).problem).toBe('404 UNKNOWN_STREAM');
    expect((await ask('GET', '/api/publishers/%2e%2e%2f')).status).toBe(400);
  });

  it('adds, restarts and removes', async () => {
    const fleet = new FakeFleet('stream-001');
    await serve(fleet);
    const added = await ask('POST', '/api/publishers', { name: 'extra', video: 'test:bars' });
    expect(added.status).toBe(201);
    expect(added.headers.get('location')).toBe('/api/publishers/extra');
    expect(added.json).toMatchObject({ name: 'extra', video: 'test:bars' });
    expect((await ask('POST', '/api/publishers')).json).toMatchObject({ name: 'stream-003' });

    expect((await ask('POST', '/api/publishers/extra/restart')).json).toMatchObject({ name: 'extra' });
    expect(fleet.restarted).toEqual(['extra']);
    expect((await ask('DELETE', '/api/publishers/extra')).status).toBe(204);
    expect(fleet.list().map(({ name }) => name)).toEqual(['stream-001', 'stream-003']);
  });

  it('refuses what cannot be', async () => {
    await serve(new FakeFleet('a', 'b'));
    expect((await ask('POST', '/api/publishers', { name: 'a' })).problem).toBe('409 STREAM_EXISTS');
    expect((await ask('POST', '/api/publishers', { vidio: 'test:bars' })).problem).toBe('400 BAD_REQUEST');
    expect((await ask('POST', '/api/publishers', { video: '/etc/passwd' })).problem).toBe('422 SOURCE_NOT_FOUND');
    expect((await ask('POST', '/api/publishers', { name: 'a/b' })).problem).toBe('400 BAD_REQUEST');
    expect((await ask('POST', '/api/publishers', { video: 5 })).problem).toBe('400 BAD_REQUEST');
    expect((await ask('POST', '/api/publishers', { name: 'c' })).status).toBe(201);
    expect((await ask('POST', '/api/publishers')).problem).toBe('409 TOO_MANY_STREAMS');
    expect((await ask('DELETE', '/api/publishers/z')).problem).toBe('404 UNKNOWN_STREAM');
    expect((await ask('POST', '/api/publishers/z/restart')).problem).toBe('404 UNKNOWN_STREAM');
    expect((await ask('PATCH', '/api/publishers/a', {})).problem).toBe('405 METHOD_NOT_ALLOWED');
  });

  it('wants the admin token for changes, and the token for everything', async () => {
    const fleet = new FakeFleet('a');
    await serve(fleet, { token: 'look', adminToken: 'change' });
    expect((await ask('GET', '/api/publishers')).problem).toBe('401 BAD_TOKEN');
    expect((await ask('GET', '/api/publishers', undefined, 'look')).status).toBe(200);
    const changes = [
      ['POST', '/api/publishers'],
      ['POST', '/api/publishers/a/restart'],
      ['DELETE', '/api/publishers/a'],
    ] as const;
    for (const [method, path] of changes) {
      expect((await ask(method, path)).problem).toBe('401 BAD_TOKEN');
      expect((await ask(method, path, undefined, 'look')).problem).toBe('403 FORBIDDEN');
    }
    expect(fleet.list().map(({ name }) => name)).toEqual(['a']);
    expect(fleet.restarted).toEqual([]);
    expect((await ask('DELETE', '/api/publishers/a', undefined, 'change')).status).toBe(204);
  });

  it('tells every second how it is, as events', async () => {
    const fleet = new FakeFleet('a');
    await serve(fleet);
    const socket = new WebSocket(`ws://127.0.0.1:${app?.port}/api/events`);
    const events: { type: string }[] = [];
    const second = new Promise<void>((resolve) => {
      socket.on('message', (data: Buffer) => {
        events.push(eventSchema.parse(JSON.parse(data.toString())));
        if (events.filter(({ type }) => type === 'publishers').length === 2) resolve();
      });
    });
    await once(socket, 'open');
    fleet.notice = 'The processor is busy.';
    await second;
    socket.close();
    await once(socket, 'close');
    expect(events[0]).toMatchObject({ type: 'snapshot', server: { publishers: 1 }, fleet: { videos: fleet.videos } });
    expect(events.slice(1).map(({ type }) => type)).toEqual(['stats', 'publishers', 'stats', 'publishers']);
    expect(events.at(-1)).toMatchObject({ publishers: [{ name: 'a' }], resources: { notice: fleet.notice } });
  });

  it('is the rest of the web side too, but takes no streams', async () => {
    await serve(new FakeFleet('a'));
    expect((await ask('GET', '/api/server')).json).toMatchObject({ publishers: 1, streams: 0, maxStreams: 0 });
    expect((await ask('GET', '/readyz')).status).toBe(200);
    expect((await ask('GET', '/api/streams')).json).toEqual({ streams: [] });
    const added = await ask('POST', '/api/streams', { name: 'cam', url: 'rtsp://127.0.0.1:9/x' });
    expect(added.problem).toBe('409 TOO_MANY_STREAMS');
    expect(added.json.detail).toContain('publishes videos and takes no streams');
  });

  it('warns when others can reach it without a token', async () => {
    await serve(new FakeFleet(), { host: '0.0.0.0' });
    expect(log.messages('warn')).toEqual([expect.stringContaining('Everybody who can reach 0.0.0.0 can watch')]);
    expect((await ask('POST', '/api/publishers')).problem).toBe('403 FORBIDDEN');
  });

  it('says that the port is taken', async () => {
    await serve(new FakeFleet());
    const port = app?.port ?? 0;
    const second = startFleetApp(
      new FakeFleet(),
      { httpPort: port, host: '127.0.0.1', token: null, adminToken: null },
      {
        ...{ clock: new SystemClock(), logger: log.logger, ffmpegPath: 'absent' },
        processFigures: () => ({ nodeVersion: 'v0', memoryBytes: 1, cpuSeconds: 1 }),
      },
    );
    await expect(second).rejects.toMatchObject({ code: 'PORT_IN_USE' });
  });
});

it('is not there on a server without a fleet', async () => {
  const gateway = await GatewayOfTest.start();
  try {
    const { problem, body } = await gateway.ask('/api/publishers');
    expect(problem).toBe('404 NOT_FOUND');
    expect(body).toContain('streamer-server publish');
    expect((await gateway.ask('/api/publishers', { method: 'POST' })).problem).toBe('404 NOT_FOUND');
    expect((await gateway.ask('/api/publishers/a', { method: 'DELETE' })).problem).toBe('404 NOT_FOUND');
    expect(JSON.parse((await gateway.ask('/api/server')).body).publishers).toBeNull();
  } finally {
    await gateway.stop();
  }
});
