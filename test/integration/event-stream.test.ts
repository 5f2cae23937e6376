import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { EventStream } from '../../server/api/event-stream.js';
import { ClientRegistry } from '../../server/clients.js';
import type { ClientRecord } from '../../server/clients.js';
import { Hub } from '../../server/hub/hub.js';
import type { Role } from '../../shared/api/server-schema.js';
import { FakeClock } from '../helpers/fake-clock.js';
import { FakeViews } from '../helpers/fake-views.js';
import { frame, Opcode, RawWebSocket } from '../helpers/raw-websocket.js';
import { addStream } from '../helpers/session-fixture.js';
import { until } from '../helpers/until.js';

const SECOND_US = 1_000_000;

/** One who listens, with what came. */
class Listener {
  readonly texts: string[] = [];
  readonly closed: Promise<{ code: number; reason: string }>;

  constructor(readonly webSocket: WebSocket) {
    webSocket.on('message', (data, isBinary) => this.texts.push(isBinary ? 'binary' : (data as Buffer).toString()));
    this.closed = new Promise((resolve) => {
      webSocket.on('close', (code, reason) => resolve({ code, reason: String(reason) }));
    });
  }

  /** Resolves with the first `count` texts that came since the last call, once they are there. */
  async take(count: number): Promise<string[]> {
    await until(() => this.texts.length >= count);
    return this.texts.splice(0, count);
  }
}

describe('the stream of events', () => {
  let clock: FakeClock;
  let hub: Hub;
  let clients: ClientRegistry;
  let views: FakeViews;
  let events: EventStream;
  let http: Server;
  const sockets = new Set<Socket>();

  beforeEach(async () => {
    clock = new FakeClock();
    hub = new Hub(clock);
    clients = new ClientRegistry(100_000);
    views = new FakeViews(hub, clients);
    addStream(hub, 'a');
    views.quality.set('a', 80);
    events = new EventStream({ hub, clients, clock, views: views.asApiViews() });
    http = createServer();
    http.on('connection', (socket) => {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
    });
    http.on('upgrade', (request, socket, head) => {
      events.accept(request, socket, head, (request.url ?? '').slice(1) as Role);
    });
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
  });

  afterEach(async () => {
    http.close();
    await events.close();
  });

  it('begins with a snapshot, goes on with changes, and tells figures every second', async () => {
    const listener = await listen('admin');
    expect(await listener.take(1)).toEqual([
      '{"type":"snapshot","server":{"role":"admin"},"streams":[{"name":"a","state":"idle","reason":null,"quality":80}],"clients":[],"fleet":null}',
    ]);
    hub.byName('a')!.setState('live');
    expect(await listener.take(1)).toEqual([
      '{"type":"stream","event":"changed","stream":{"name":"a","state":"live","reason":null,"quality":80}}',
    ]);
    clients.admit(client('c1'));
    expect(await listener.take(1)).toEqual([
      '{"type":"client","event":"connected","client":{"id":"c1","peer":"10.0.0.1:5"}}',
    ]);
    clock.advance(SECOND_US);
    expect(await listener.take(1)).toEqual([
      '{"type":"stats","server":{"role":"admin"},"streams":[{"name":"a","frames":0}],"clients":[{"id":"c1","peer":"10.0.0.1:5"}]}',
    ]);
  });

  it('lets a listener say what it wants, and ends one that does not stop', async () => {
    const listener = await listen();
    await listener.take(1);
    for (let i = 0; i < 50; i += 1) listener.webSocket.send('x'.repeat(1000));
    hub.byName('a')!.setState('live');
    await listener.take(1);
    for (let i = 0; i < 50; i += 1) listener.webSocket.send('x'.repeat(1000));
    expect(await listener.closed).toEqual({ code: 1008, reason: 'TOO_MANY_MESSAGES' });
    await until(() => sockets.size === 0);
    expect(clock.pending).toBe(0);
  });

  it.each([
    ['a message that is too long', frame(Opcode.TEXT, 'x'.repeat(4097)), 1009],
    ['a frame that is not masked', frame(Opcode.TEXT, '{}', { masked: false }), 1002],
  ])('ends one that sends %s', async (_name, bytes, code) => {
    const raw = await RawWebSocket.connect(port(), '/view', { more: bytes });
    expect(await raw.closed).toMatchObject({ code });
    await until(() => sockets.size === 0);
  });

  it('keeps little for who does not read, and tells it anew when it does', async () => {
    const slow = await listen();
    const quick = await listen();
    await slow.take(1);
    slow.webSocket.pause();
    let greatestBacklog = 0;
    for (let i = 0; i < 20_000; i += 1) {
      clients.admit(client(`client-${i}`));
      if (i % 100 !== 0) continue;
      await new Promise((resolve) => setImmediate(resolve));
      greatestBacklog = Math.max(greatestBacklog, ...[...sockets].map((socket) => socket.writableLength));
    }
    expect(greatestBacklog).toBeLessThan(2 * 256 * 1024);
    await until(() => quick.texts.some((text) => text.includes('client-19999')));
    slow.webSocket.resume();
    await until(() => slow.texts.some((text) => text.includes('client-19999')));
    const snapshot = slow.texts.find((text) => text.startsWith('{"type":"snapshot"'));
    expect(JSON.parse(snapshot ?? '{}').clients).toHaveLength(20_000);
    expect(slow.texts.length).toBeLessThan(20_000);
  });

  it('leaves out figures for who has not read the last ones', async () => {
    const slow = await listen();
    await slow.take(1);
    slow.webSocket.pause();
    for (let second = 0; second < 30; second += 1) clock.advance(SECOND_US);
    slow.webSocket.resume();
    expect(await slow.take(1)).toHaveLength(1);
    // What comes next is told after the one that waited, so nothing lies between them.
    await until(() => {
      clock.advance(SECOND_US);
      return slow.texts.length > 0;
    });
    expect(slow.texts.length).toBeLessThan(5);
  });

  it('cuts off who is dead', async () => {
    const dead = await listen();
    await dead.take(1);
    dead.webSocket.pause();
    for (let second = 0; second < 60; second += 1) clock.advance(SECOND_US);
    await until(() => sockets.size === 0);
    expect(clock.pending).toBe(0);
    dead.webSocket.terminate();
  });

  it('is full with 128 listeners', async () => {
    const listeners = await Promise.all(Array.from({ length: 127 }, () => listen()));
    expect(events.isFull).toBe(false);
    await listen();
    expect(events.isFull).toBe(true);
    listeners[0]!.webSocket.close();
    await until(() => !events.isFull);
  });

  it('says that the server closes', async () => {
    const listener = await listen();
    await events.close();
    expect(await listener.closed).toEqual({ code: 1001, reason: 'SERVER_CLOSING' });
    expect(clock.pending).toBe(0);
    events = new EventStream({ hub, clients, clock, views: views.asApiViews() });
  });

  function port(): number {
    return (http.address() as AddressInfo).port;
  }

  async function listen(role: Role = 'view'): Promise<Listener> {
    const webSocket = new WebSocket(`ws://127.0.0.1:${port()}/${role}`);
    const listener = new Listener(webSocket);
    await once(webSocket, 'open');
    return listener;
  }
});

function client(id: string): ClientRecord {
  const record = { id, name: id, peer: '10.0.0.1:5', transport: 'tcp', connectedAtUs: 0 } as const;
  return { ...record, streams: () => [], disconnect: () => undefined };
}
