import { beforeEach, describe, expect, it } from 'vitest';
import { AuditingClient } from '../helpers/auditing-client.js';
import { FakeClock } from '../helpers/fake-clock.js';
import { RawClient } from '../helpers/raw-client.js';
import { SyntheticServer } from '../helpers/synthetic-server.js';
import { until } from '../helpers/until.js';

const CLIENTS = 300;
const JPEG_BYTES = 5_000;
/** Long enough for everybody to be granted credit for several frames, which takes two seconds of video. */
const FRAMES = 75;
const FRAMES_A_VISIT = 10;
const CLOSING = { code: 'SERVER_CLOSING', message: 'The server shuts down.' } as const;

describe('many clients, and the end of a server', { timeout: 60_000 }, () => {
  let clock: FakeClock;
  let handlesBefore: number;

  beforeEach(() => {
    clock = new FakeClock();
    handlesBefore = openHandles();
  });

  it(`${CLIENTS} clients get every frame once, whole and in order, and all go when the server goes`, async () => {
    const server = await SyntheticServer.start({ clock, jpegBytes: JPEG_BYTES });
    const { stream } = server;
    const clients = await openClients(server);
    expect(server.clients.count).toBe(CLIENTS);

    for (let frame = 0; frame < FRAMES; frame += 1) {
      const sequence = stream.publish();
      await Promise.all(clients.map((client) => client.reached(sequence)));
      clock.advance(stream.intervalUs);
    }

    const complete = { first: 0, last: FRAMES - 1, received: FRAMES, skipped: 0, lost: 0, outOfOrder: 0 };
    for (const client of clients) {
      expect(client.figures()).toEqual(complete);
      expect(client.wrongContent).toBe(0);
    }
    const sent = { sent: FRAMES, sentBytes: FRAMES * stream.messageBytes, replaced: 0, thinned: 0 };
    for (const { counters } of stream.subscribers) expect(counters).toMatchObject(sent);

    await server.stop(CLOSING.code, CLOSING.message);
    const ends = await Promise.all(clients.map((client) => client.end));
    expect(ends.map((error) => error?.code)).toEqual(new Array(CLIENTS).fill(CLOSING.code));
    await expectNothingLeft(server);
  });

  it(`${CLIENTS} clients that come and go while frames are published get all frames of their time`, async () => {
    const server = await SyntheticServer.start({ clock, jpegBytes: JPEG_BYTES });
    let visiting = true;
    async function publish(): Promise<void> {
      while (visiting) {
        server.stream.publish();
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
    const visits = Promise.all(Array.from({ length: CLIENTS }, () => visit(server)));
    await Promise.all([visits.finally(() => (visiting = false)), publish()]);
    await until(() => server.clients.count === 0);
    await server.stop();
    await expectNothingLeft(server);
  });

  it('a server that stops says so, and waits no longer for those who do not read it', async () => {
    const server = await SyntheticServer.start({ clock, jpegBytes: 4_000_000 });
    const reading = await RawClient.connect(server.port, { keepsMessages: false });
    const stalled = await RawClient.connect(server.port, { allowanceBytes: 0 });
    const silent = await RawClient.connect(server.port);
    for (const client of [reading, stalled]) client.hello({ subscriptions: [{ policy: 'every' }] });
    await until(() => server.clients.count === 2 && server.sockets.size === 3);
    for (let frame = 0; frame < 5; frame += 1) server.stream.publish();

    await server.stop(CLOSING.code, CLOSING.message);
    expect(await silent.closed).toEqual(CLOSING);
    await Promise.all([reading, stalled].map((client) => client.destroy()));
    await expectNothingLeft(server);
  });

  function openClients(server: SyntheticServer): Promise<AuditingClient[]> {
    return Promise.all(Array.from({ length: CLIENTS }, () => AuditingClient.open(server.port, { clock })));
  }

  /** Watches a few frames and goes. */
  async function visit(server: SyntheticServer): Promise<void> {
    const client = await AuditingClient.open(server.port, { clock });
    await client.reached(0);
    await client.reached(client.figures().first + FRAMES_A_VISIT);
    await client.close();
    expect(client.figures()).toMatchObject({ lost: 0, outOfOrder: 0 });
    expect(client.wrongContent).toBe(0);
  }

  async function expectNothingLeft(server: SyntheticServer): Promise<void> {
    expect(server.clients.list()).toEqual([]);
    expect(server.streams.map(({ hubStream }) => hubStream.subscriberCount)).toEqual([0]);
    // A socket says that it is closed a moment after it is, and both ends of each connection are in this process.
    await until(() => server.sockets.size === 0 && clock.pending === 0 && openHandles() <= handlesBefore);
  }
});

/** Sockets, servers and timers of this process; the test runner has a timer now and then, too. */
function openHandles(): number {
  const kinds = ['TCPSocketWrap', 'TCPServerWrap', 'Timeout'];
  return process.getActiveResourcesInfo().filter((kind) => kinds.includes(kind)).length;
}
