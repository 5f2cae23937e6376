import { beforeEach, describe, expect, it } from 'vitest';
import { EventFeed } from '../../../../server/api/event-feed.js';
import { EventListener } from '../../../../server/api/event-listener.js';
import { ClientRegistry } from '../../../../server/clients.js';
import type { ClientRecord } from '../../../../server/clients.js';
import { Hub } from '../../../../server/hub/hub.js';
import type { Role } from '../../../../shared/api/server-schema.js';
import { fleetSample } from '../../../helpers/api-samples.js';
import { FakeClock } from '../../../helpers/fake-clock.js';
import { FakeViews } from '../../../helpers/fake-views.js';
import { FakeWebSocket } from '../../../helpers/fake-websocket.js';
import { addStream } from '../../../helpers/session-fixture.js';

const SECOND_US = 1_000_000;

describe('EventFeed', () => {
  let clock: FakeClock;
  let hub: Hub;
  let clients: ClientRegistry;
  let views: FakeViews;
  let feed: EventFeed;

  beforeEach(() => {
    clock = new FakeClock();
    hub = new Hub(clock);
    clients = new ClientRegistry(10);
    views = new FakeViews(hub, clients);
    feed = new EventFeed({ hub, clients, clock, views: views.asApiViews() });
    add('a');
  });

  it('begins with a snapshot of what the role may see', () => {
    clients.admit(client('c1'));
    expect(listen('view').take()).toEqual([
      '{"type":"snapshot","server":{"role":"view"},"streams":[{"name":"a","state":"idle","reason":null,"quality":80}],"clients":[{"id":"c1","peer":null}],"fleet":null}',
    ]);
    expect(listen('admin').take()).toEqual([
      '{"type":"snapshot","server":{"role":"admin"},"streams":[{"name":"a","state":"idle","reason":null,"quality":80}],"clients":[{"id":"c1","peer":"10.0.0.1:5"}],"fleet":null}',
    ]);
  });

  it('tells of streams that appear, change and are removed', async () => {
    const { take } = listenFromNow();
    const stream = add('b');
    await told();
    stream.setState('offline', { code: 'SOURCE_TIMEOUT', message: 'Nothing came.' });
    await told();
    hub.remove(stream, { code: 'STREAM_REMOVED', message: 'Gone.' });
    await told();
    expect(take()).toEqual([
      '{"type":"stream","event":"appeared","stream":{"name":"b","state":"idle","reason":null,"quality":80}}',
      '{"type":"stream","event":"down","stream":{"name":"b","state":"offline","reason":{"code":"SOURCE_TIMEOUT","message":"Nothing came."},"quality":80}}',
      '{"type":"stream","event":"removed","stream":{"name":"b","state":"ended","reason":{"code":"STREAM_REMOVED","message":"Gone."},"quality":80}}',
    ]);
  });

  it('tells each of several changes of a moment, in their order and as they were', async () => {
    const { take } = listenFromNow();
    const stream = hub.byName('a')!;
    stream.setState('connecting');
    stream.setState('live');
    await told();
    expect(take()).toEqual([
      '{"type":"stream","event":"changed","stream":{"name":"a","state":"connecting","reason":null,"quality":80}}',
      '{"type":"stream","event":"changed","stream":{"name":"a","state":"live","reason":null,"quality":80}}',
    ]);
  });

  it('tells of a stream that another of its name replaces at once', async () => {
    const { take } = listenFromNow();
    hub.remove(hub.byName('a')!, { code: 'STREAM_REMOVED', message: 'Gone.' });
    add('a', 50);
    await told();
    expect(take()).toEqual([
      '{"type":"stream","event":"removed","stream":{"name":"a","state":"ended","reason":{"code":"STREAM_REMOVED","message":"Gone."},"quality":80}}',
      '{"type":"stream","event":"appeared","stream":{"name":"a","state":"idle","reason":null,"quality":50}}',
    ]);
  });

  it('tells within a second of a stream that could not be looked at when it appeared', async () => {
    const { take } = listenFromNow();
    addStream(hub, 'b');
    await told();
    expect(take()).toEqual([]);
    views.quality.set('b', 80);
    clock.advance(SECOND_US);
    expect(take().slice(1)).toEqual([
      '{"type":"stream","event":"appeared","stream":{"name":"b","state":"idle","reason":null,"quality":80}}',
    ]);
  });

  it('tells within a second of what changed without a word, once', async () => {
    const { take } = listenFromNow();
    views.quality.set('a', 30);
    clock.advance(SECOND_US);
    expect(take().slice(1)).toEqual([
      '{"type":"stream","event":"changed","stream":{"name":"a","state":"idle","reason":null,"quality":30}}',
    ]);
    await told();
    clock.advance(SECOND_US);
    expect(take()).toHaveLength(1);
  });

  it('tells of clients that come and go, to each role what it may see', async () => {
    const view = listenFromNow('view');
    const admin = listenFromNow('admin');
    const record = client('c1');
    clients.admit(record);
    await told();
    clients.remove(record);
    await told();
    expect(view.take()).toEqual([
      '{"type":"client","event":"connected","client":{"id":"c1","peer":null}}',
      '{"type":"client","event":"disconnected","client":{"id":"c1","peer":null}}',
    ]);
    expect(admin.take()).toEqual([
      '{"type":"client","event":"connected","client":{"id":"c1","peer":"10.0.0.1:5"}}',
      '{"type":"client","event":"disconnected","client":{"id":"c1","peer":"10.0.0.1:5"}}',
    ]);
  });

  it('tells figures every second', async () => {
    const { take } = listenFromNow();
    for (let second = 0; second < 3; second += 1) {
      await told();
      clock.advance(SECOND_US - 1);
      expect(take()).toEqual([]);
      clock.advance(1);
      expect(take()).toEqual([
        '{"type":"stats","server":{"role":"view"},"streams":[{"name":"a","frames":0}],"clients":[]}',
      ]);
    }
  });

  it('makes what it tells once for all of one role', () => {
    const many = Array.from({ length: 10 }, () => listenFromNow('admin'));
    views.calls = 0;
    clock.advance(SECOND_US);
    // The server, whether there is a fleet, and of the one stream its figures and what may have changed.
    expect(views.calls).toBe(4);
    for (const { take } of many) expect(take()).toHaveLength(1);
  });

  it('tells of the fleet right behind the figures, where there is one', () => {
    const without = listenFromNow('view');
    clock.advance(SECOND_US);
    expect(without.take().map(typeOf)).toEqual(['stats']);
    views.publishers = fleetSample();
    const { take } = listenFromNow('view');
    clock.advance(SECOND_US);
    const [stats = '', publishers = ''] = take();
    expect(typeOf(stats)).toBe('stats');
    expect(JSON.parse(publishers)).toEqual({ type: 'publishers', ...fleetSample() });
  });

  it('looks at nothing while nobody listens', async () => {
    const first = listenFromNow();
    feed.remove(first.listener);
    views.calls = 0;
    clock.advance(10 * SECOND_US);
    clients.admit(client('c1'));
    add('b');
    await told();
    expect(views.calls).toBe(0);
    expect(clock.pending).toBe(0);
    expect(first.take()).toEqual([]);
    expect(listen('view').take()).toEqual([
      '{"type":"snapshot","server":{"role":"view"},"streams":[{"name":"a","state":"idle","reason":null,"quality":80},{"name":"b","state":"idle","reason":null,"quality":80}],"clients":[{"id":"c1","peer":null}],"fleet":null}',
    ]);
  });

  it('tells nothing of what happened before somebody listened again', async () => {
    const first = listenFromNow();
    hub.byName('a')!.setState('live');
    feed.remove(first.listener);
    const second = listenFromNow();
    await told();
    expect(second.take()).toEqual([]);
  });

  function add(name: string, quality = 80) {
    const stream = addStream(hub, name);
    views.quality.set(name, quality);
    return stream;
  }

  /** Adds one who reads everything at once; `take` returns what it was sent since the last call. */
  function listen(role: Role) {
    const webSocket = new FakeWebSocket();
    // Its pings must not be among the timers of the feed.
    const connection = webSocket.connect(new FakeClock());
    const snapshot = (of: Role) => feed.snapshot(of);
    const listener = new EventListener({ connection, role, clock, snapshot, onClosed: () => undefined });
    const ping = connection.ping.bind(connection);
    connection.ping = (label) => {
      ping(label);
      queueMicrotask(() => listener.onPong(label));
    };
    feed.add(listener);
    const take = () =>
      webSocket.take().flatMap((line) => (line.startsWith('text ') ? [line.slice('text '.length)] : []));
    return { listener, take };
  }

  /** As `listen`, without the snapshot. */
  function listenFromNow(role: Role = 'view') {
    const listening = listen(role);
    expect(listening.take()).toHaveLength(1);
    return listening;
  }
});

function client(id: string): ClientRecord {
  const record = { id, name: id, peer: '10.0.0.1:5', transport: 'tcp', connectedAtUs: 0 } as const;
  return { ...record, streams: () => [], disconnect: () => undefined };
}

function typeOf(event: string): string {
  return (JSON.parse(event) as { type: string }).type;
}

/** Resolves when what happened was told. */
async function told(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
