import { describe, expect, it, onTestFinished } from 'vitest';
import { AuditingClient } from '../helpers/auditing-client.js';
import { FakeClock } from '../helpers/fake-clock.js';
import { ofTest } from '../helpers/of-test.js';
import { SyntheticServer } from '../helpers/synthetic-server.js';
import { until } from '../helpers/until.js';

const FPS = 30;
const SECONDS = 4;

describe('--max-client-mbps', () => {
  it('holds every client to its bytes over all its streams, with fewer frames and none of them lost or old', async () => {
    const clock = new FakeClock();
    // Two streams of 30 fps are four times as much.
    const limit = { maxClientBytesPerSecond: 15_000, jpegBytes: 1000 - 55 };
    const server = await ofTest(SyntheticServer.start({ clock, streams: ['a', 'b'], fps: FPS, ...limit }));
    const clients = await Promise.all([open(server), open(server)]);
    expect(server.stream.messageBytes).toBe(1000);
    for (let frame = 0; frame < FPS * SECONDS; frame += 1) {
      for (const stream of server.streams) stream.publish();
      await delivered(server, clients);
      clock.advance(Math.round(1_000_000 / FPS));
      await delivered(server, clients);
    }
    for (const client of clients) {
      const figures = server.streams.map(({ hubStream }) => client.figures(hubStream.id));
      const received = figures.reduce((sum, each) => sum + each.received, 0);
      // A quarter of a second of it may come at once.
      expect(received).toBeGreaterThanOrEqual(15 * SECONDS);
      expect(received).toBeLessThanOrEqual(15 * (SECONDS + 0.25) + 1);
      for (const each of figures) {
        expect(each).toMatchObject({ lost: 0, outOfOrder: 0 });
        expect(each.received).toBeGreaterThan(received / 3);
        expect(each.last).toBeGreaterThan(FPS * SECONDS - 6);
      }
    }
    const counters = server.clients.list().flatMap((record) => record.streams().map((stream) => stream.counters));
    expect(counters.map(({ lags }) => lags)).toEqual([0, 0, 0, 0]);
  });

  async function open(server: SyntheticServer): Promise<AuditingClient> {
    const client = await AuditingClient.open(server.port, { subscriptions: [{ stream: '*' }] });
    onTestFinished(() => client.close());
    return client;
  }

  /** Resolves when all that was sent has been received and acknowledged. */
  function delivered(server: SyntheticServer, clients: readonly AuditingClient[]): Promise<void> {
    return until(() => {
      const received = clients.flatMap((client) => server.streams.map(({ hubStream }) => client.figures(hubStream.id)));
      const counters = server.clients.list().flatMap((record) => record.streams().map((stream) => stream.counters));
      const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
      const sent = sum(counters.map((each) => each.sent));
      return (
        sent === sum(received.map((each) => each.received)) && sent === sum(counters.map((each) => each.acknowledged))
      );
    });
  }
});
