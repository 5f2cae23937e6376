import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Subscriber } from '../../server/hub/subscriber.js';
import { AuditingClient } from '../helpers/auditing-client.js';
import {
  LEAST_WINDOW,
  earnWindow,
  expectBoundedMemory,
  expectNoMoreThanWindow,
  inFlight,
} from '../helpers/credit-window.js';
import { FakeClock } from '../helpers/fake-clock.js';
import { MisbehavingClient } from '../helpers/misbehaving-clients.js';
import type { Misbehaviour } from '../helpers/misbehaving-clients.js';
import { SyntheticServer } from '../helpers/synthetic-server.js';
import { until } from '../helpers/until.js';

/** 35 KB at 30 frames a second: a stream of 1.05 MB/s. */
const JPEG_BYTES = 35_000;
const GOOD_CLIENTS = 20;
/** Ten seconds of video. */
const FRAMES = 300;
/** What may stand in a socket beside a frame: an announcement, a PING, a CREDIT. */
const SMALL_MESSAGES_BYTES = 256;

/**
 * The clock stands still but for what a test moves it, one frame interval a frame, and the next frame is published when
 * every good client has the one before: so slow means slow by the stream's own time, on a machine of any speed, and
 * what a good client misses is missing because of the others.
 */
describe('slow clients', () => {
  let clock: FakeClock;
  let server: SyntheticServer;
  let misbehaving: MisbehavingClient[];

  beforeEach(async () => {
    clock = new FakeClock();
    server = await SyntheticServer.start({ clock, jpegBytes: JPEG_BYTES });
    misbehaving = [];
  });

  afterEach(async () => {
    await Promise.all(misbehaving.map(({ raw }) => raw.destroy()));
    await server.stop();
  });

  it('cost the good ones nothing, get no old frames and no memory', { timeout: 60_000 }, async () => {
    const { stream } = server;
    const [, stopped] = await add({ allowanceBytes: 0 });
    const [halfRate] = await add({ allowanceBytes: 4096, readBytes: 4096 });
    const [byteByByte] = await add({ allowanceBytes: 1, readBytes: 1 });
    const [neverAcknowledging, neverAcknowledged] = await add({ acknowledges: false });
    const good = await addGood(GOOD_CLIENTS);
    let newest = -1;
    let greatestAge = 0;
    halfRate.onFrame = (sequence) => (greatestAge = Math.max(greatestAge, newest - sequence));

    for (let frame = 0; frame < FRAMES; frame += 1) {
      newest = stream.publish();
      expectBoundedMemory(server, SMALL_MESSAGES_BYTES);
      halfRate.raw.allow(stream.messageBytes / 2);
      byteByByte.raw.allow(300);
      await Promise.all([halfRate.raw.spent(), byteByByte.raw.spent(), ...good.map((it) => it.reached(newest))]);
      clock.advance(stream.intervalUs);
    }

    const complete = { first: 0, last: newest, received: FRAMES, skipped: 0, lost: 0, outOfOrder: 0 };
    for (const client of good) {
      expect(client.wrongContent).toBe(0);
      expect(client.figures()).toEqual(complete);
    }
    expect(stopped.counters.sent).toBe(LEAST_WINDOW);
    expect(neverAcknowledged.counters.sent).toBe(LEAST_WINDOW);
    expect(neverAcknowledging.figures.received).toBe(LEAST_WINDOW);
    expect(byteByByte.figures).toMatchObject({ received: 2, lost: 0, outOfOrder: 0 });
    expect(halfRate.figures).toMatchObject({ lost: 0, outOfOrder: 0 });
    expect(halfRate.figures.received).toBeGreaterThan(FRAMES / 2 - 5);
    expect(halfRate.figures.received).toBeLessThanOrEqual(FRAMES / 2);
    // Age in frames of the stream, two of which come while the client reads one.
    expect(greatestAge).toBeLessThan(3 * 2);
    await Promise.all(good.map((client) => client.close()));
  });

  it('get no more than their window when they kept up until they stopped', async () => {
    const [client, subscriber] = await add({});
    await earnWindow(server.stream, subscriber);
    client.raw.stopReading();
    expectNoMoreThanWindow(server, subscriber, FRAMES, SMALL_MESSAGES_BYTES);
  });

  it('get no more than the kernel takes when they acknowledge what they do not read', async () => {
    const { stream } = server;
    const [client, subscriber] = await add({ allowanceBytes: 0, acknowledges: false });
    while (server.greatestBacklogBytes === 0) {
      client.raw.acknowledge(stream.publish());
      await until(() => inFlight(subscriber) === 0);
    }
    const { sent } = subscriber.counters;
    for (let frame = 0; frame < FRAMES; frame += 1) {
      stream.publish();
      expectBoundedMemory(server, SMALL_MESSAGES_BYTES);
    }
    expect(subscriber.counters.sent).toBe(sent);
  });

  /** Connects a client; resolves with it and what the server keeps for it. */
  async function add(misbehaviour: Misbehaviour): Promise<[MisbehavingClient, Subscriber]> {
    const { subscribers } = server.stream;
    const count = subscribers.length;
    const client = new MisbehavingClient(server.port, misbehaviour);
    misbehaving.push(client);
    await until(() => subscribers.length > count);
    return [client, subscribers[count]!];
  }

  function addGood(count: number): Promise<AuditingClient[]> {
    return Promise.all(Array.from({ length: count }, () => AuditingClient.open(server.port, { clock })));
  }
});
