import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EVERY_LIMIT_BYTES } from '../../server/hub/subscriber.js';
import { MessageType } from '../../shared/protocol/messages.js';
import type { Message, Subscription } from '../../shared/protocol/messages.js';
import { AuditingClient } from '../helpers/auditing-client.js';
import { FakeClock } from '../helpers/fake-clock.js';
import { RawClient } from '../helpers/raw-client.js';
import type { RawClientOptions } from '../helpers/raw-client.js';
import { SyntheticServer } from '../helpers/synthetic-server.js';
import { until } from '../helpers/until.js';

const MEBIBYTE = 1024 * 1024;

describe('policies and subscriptions', () => {
  let clock: FakeClock;
  let server: SyntheticServer;
  let clients: RawClient[];

  beforeEach(async () => {
    clock = new FakeClock();
    server = await SyntheticServer.start({ clock, streams: ['a', 'b'] });
    clients = [];
  });

  afterEach(async () => {
    await Promise.all(clients.map((client) => client.destroy()));
    await server.stop();
  });

  it('latest: the newest frame waits, and what it replaced is announced', async () => {
    const client = await subscribe([{ policy: 'latest' }]);
    publish(10);
    client.acknowledge(0);
    await client.until(() => client.frames().length === 3);
    expect(told(client)).toEqual(['frame 0', 'frame 1', 'skipped 2-8', 'frame 9']);
  });

  it('queue:N: the newest N frames wait, and the oldest ones that do not fit are announced', async () => {
    const client = await subscribe([{ policy: 'queue:3' }]);
    publish(10);
    expect(server.stream.subscribers[0]?.waitingFrames).toBe(3);
    client.acknowledge(1);
    await client.until(() => client.frames().length === 4);
    client.acknowledge(8);
    await client.until(() => client.frames().length === 5);
    expect(told(client)).toEqual(['frame 0', 'frame 1', 'skipped 2-6', 'frame 7', 'frame 8', 'frame 9']);
  });

  it('frames that were late for the encoder are announced to everybody', async () => {
    const latest = await subscribe([{}]);
    const every = await subscribe([{ policy: 'every' }]);
    publish(1);
    server.stream.drop(3);
    publish(1);
    await Promise.all([latest, every].map((client) => client.until(() => client.frames().length === 2)));
    for (const client of [latest, every]) expect(told(client)).toEqual(['frame 0', 'skipped 1-3', 'frame 4']);
  });

  it('every: nothing is left out, whatever the credit', async () => {
    const client = await subscribe([{ policy: 'every' }]);
    publish(100);
    await client.until(() => client.frames().length === 100);
    expect(client.frames()).toEqual(Array.from({ length: 100 }, (_, sequence) => sequence));
  });

  it('maxFps: a third of the rate is every third frame, the others are announced', async () => {
    const client = await AuditingClient.open(server.port, { clock, subscriptions: [{ maxFps: 10 }] });
    for (let frame = 0; frame <= 30; frame += 3) {
      const sequence = server.stream.publish();
      publish(2);
      await client.reached(sequence);
    }
    expect(client.figures()).toEqual({ first: 0, last: 30, received: 11, skipped: 20, lost: 0, outOfOrder: 0 });
    await client.close();
  });

  it('a stream whose frames are not acknowledged does not hold another one up', async () => {
    const client = await subscribe([{ stream: 'a' }, { stream: 'b' }]);
    const [a, b] = server.streams.map(({ hubStream }) => hubStream.id);
    for (let frame = 0; frame < 10; frame += 1) {
      for (const stream of server.streams) stream.publish();
      await client.until(() => client.frames(b).length === frame + 1);
      client.acknowledge(frame, b);
    }
    expect(client.frames(a)).toEqual([0, 1]);
    expect(client.frames(b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('a wildcard takes in streams that appear later, and one that is named goes before it', async () => {
    const client = await subscribe([
      { stream: '*', policy: 'every' },
      { stream: 'b', maxFps: 10 },
    ]);
    const late = server.addStream('c');
    const ids = server.streams.map(({ hubStream }) => hubStream.id);
    for (let frame = 0; frame < 4; frame += 1) for (const stream of server.streams) stream.publish();
    await client.until(() => client.frames(late.hubStream.id).length === 4);
    expect(ids.map((id) => client.frames(id))).toEqual([
      [0, 1, 2, 3],
      [0, 3],
      [0, 1, 2, 3],
    ]);
    const types = client.messages.map(({ type }) => type);
    expect(types.indexOf(MessageType.STREAM)).toBeLessThan(types.indexOf(MessageType.FRAME));
  });

  it('a stream that appears later is announced to those who did not ask for it, without frames', async () => {
    const client = await subscribe([{ stream: 'a' }]);
    const late = server.addStream('c');
    late.publish();
    publish(1);
    await client.until(() => client.frames().length === 1);
    expect(client.frames(late.hubStream.id)).toEqual([]);
    const change = client.messages.find(({ type }) => type === MessageType.STREAM);
    expect(change).toMatchObject({ body: { event: 'appeared', stream: { name: 'c' } } });
  });

  it('without subscriptions there is a welcome and no frame', async () => {
    const client = await connect();
    client.hello({ subscriptions: [] });
    await client.received(MessageType.WELCOME);
    expect(server.streams.map(({ hubStream }) => hubStream.subscriberCount)).toEqual([0, 0]);
  });

  async function connect(options?: RawClientOptions): Promise<RawClient> {
    const client = await RawClient.connect(server.port, options);
    clients.push(client);
    return client;
  }

  async function subscribe(subscriptions: readonly Subscription[], options?: RawClientOptions): Promise<RawClient> {
    const count = server.clients.count;
    const client = await connect(options);
    client.hello({ subscriptions });
    await until(() => server.clients.count > count);
    return client;
  }

  function publish(count: number): void {
    for (let frame = 0; frame < count; frame += 1) server.stream.publish();
  }
});

describe('a client with policy every that falls too far behind', () => {
  const jpegBytes = 4 * MEBIBYTE;
  const frames = EVERY_LIMIT_BYTES / jpegBytes + 2;
  let server: SyntheticServer;

  beforeEach(async () => {
    server = await SyntheticServer.start({ jpegBytes });
  });
  afterEach(() => server.stop());

  it.each([
    { how: 'not reading', reads: false },
    { how: 'not acknowledging', reads: true },
  ])('by $how is ended with TOO_FAR_BEHIND, and nobody else notices', async ({ reads }) => {
    const { stream } = server;
    const allowanceBytes = reads ? Infinity : 0;
    const client = await RawClient.connect(server.port, { allowanceBytes, keepsMessages: false });
    client.hello({ subscriptions: [{ policy: 'every' }] });
    await until(() => stream.hubStream.subscriberCount === 1);
    const subscriptions = [[{ policy: 'every' }], [{ policy: 'latest' }]] as const;
    const good = await Promise.all(subscriptions.map((it) => AuditingClient.open(server.port, { subscriptions: it })));

    for (let frame = 0; frame < frames; frame += 1) {
      const sequence = stream.publish();
      expect(server.greatestBacklogBytes).toBeLessThanOrEqual(EVERY_LIMIT_BYTES + stream.messageBytes);
      await Promise.all(good.map((it) => it.reached(sequence)));
      if (reads) await until(() => server.greatestBacklogBytes === 0);
    }

    for (const it of good) {
      expect(it.wrongContent).toBe(0);
      expect(it.figures()).toMatchObject({ received: frames, skipped: 0, lost: 0, outOfOrder: 0 });
    }
    expect(server.clients.count).toBe(good.length);
    expect(stream.hubStream.subscriberCount).toBe(good.length);
    expect(server.log.filter((line) => line['code'] === 'TOO_FAR_BEHIND')).toHaveLength(1);
    if (reads) expect(await client.closed).toMatchObject({ code: 'TOO_FAR_BEHIND' });
    await client.destroy();
    await Promise.all(good.map((it) => it.close()));
  });
});

/** Frames and announcements as a client was told them, in order. */
function told({ messages }: RawClient): string[] {
  return messages.flatMap(describeMessage);
}

function describeMessage(message: Message): string[] {
  if (message.type === MessageType.FRAME) return [`frame ${message.header.sequence}`];
  if (message.type === MessageType.SKIPPED) return [`skipped ${message.first}-${message.last}`];
  return [];
}
