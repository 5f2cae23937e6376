import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { encodeAck } from '../../shared/protocol/codec.js';
import { Certificate, requireCertificates } from '../helpers/certificate.js';
import { FakeClock } from '../helpers/fake-clock.js';
import { StartedParts } from '../helpers/started-parts.js';
import { SyntheticWebSocketServer } from '../helpers/synthetic-websocket-server.js';
import type { SyntheticWebSocketServerOptions } from '../helpers/synthetic-websocket-server.js';
import { until } from '../helpers/until.js';
import { WebSocketClient } from '../helpers/websocket-client.js';

const JPEG_BYTES = 35_000;
/** What encryption adds to a frame of that length, and what may stand in a socket beside it. */
const OTHER_BYTES = 2048;

describe.skipIf(!requireCertificates())('the protocol over WebSocket and TLS', () => {
  const parts = new StartedParts();
  let certificate: Certificate;
  let server: SyntheticWebSocketServer;
  beforeAll(async () => {
    certificate = await parts.keep(Certificate.start());
  });
  afterAll(() => parts.stop());
  afterEach(() => server.stop());

  async function serve(options: SyntheticWebSocketServerOptions = {}): Promise<void> {
    const tls = { cert: certificate.pem, key: readFileSync(certificate.keyPath, 'utf8') };
    server = await SyntheticWebSocketServer.start({ ...options, tls });
  }

  it('sends the frames of several streams that are published in the same turn, none held up by another', async () => {
    await serve({ streams: ['a', 'b', 'c', 'd'] });
    const client = await WebSocketClient.open(
      server.url('/ws'),
      { subscriptions: [{ stream: '*' }] },
      { ca: certificate.pem },
    );
    for (const stream of server.streams) stream.publish();
    await client.until(() => server.streams.every(({ hubStream }) => client.frames(hubStream.id).length === 1));
    const counters = server.clients
      .list()[0]!
      .streams()
      .map((stream) => stream.counters);
    expect(counters.map(({ sent, lags }) => ({ sent, lags }))).toEqual(new Array(4).fill({ sent: 1, lags: 0 }));
  });

  it('holds no more than a frame for who acknowledges and does not read', async () => {
    await serve({ clock: new FakeClock(), jpegBytes: JPEG_BYTES });
    const { stream } = server;
    const client = await WebSocketClient.open(server.url(), {}, { ca: certificate.pem, answers: false });
    const subscriber = stream.subscribers[0]!;
    client.webSocket.pause();
    // What TLS holds for a moment is not what does not go out.
    const isStuck = async () => {
      await new Promise((resolve) => setImmediate(resolve));
      return server.greatestBacklogBytes > 0;
    };
    while (!(await isStuck())) {
      client.send(encodeAck(1, stream.publish()));
      await until(() => subscriber.counters.sent === subscriber.counters.acknowledged);
    }
    const { sent } = subscriber.counters;
    for (let frame = 0; frame < 100; frame += 1) stream.publish();
    expect(subscriber.counters.sent).toBe(sent);
    expect(server.greatestBacklogBytes).toBeLessThanOrEqual(stream.messageBytes + OTHER_BYTES);
    client.webSocket.resume();
    await client.reached(sent - 1);
    await client.destroy();
  });
});
