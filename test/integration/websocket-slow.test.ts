import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Subscriber } from '../../server/hub/subscriber.js';
import { encodeAck } from '../../shared/protocol/codec.js';
import {
  LEAST_WINDOW,
  earnWindow,
  expectBoundedMemory,
  expectNoMoreThanWindow,
  inFlight,
} from '../helpers/credit-window.js';
import { FakeClock } from '../helpers/fake-clock.js';
import { SyntheticWebSocketServer } from '../helpers/synthetic-websocket-server.js';
import { until } from '../helpers/until.js';
import { WebSocketClient } from '../helpers/websocket-client.js';
import type { WebSocketClientOptions } from '../helpers/websocket-client.js';

/** 35 KB at 30 frames a second: a stream of 1.05 MB/s. */
const JPEG_BYTES = 35_000;
const GOOD_CLIENTS = 10;
/** Ten seconds of video. */
const FRAMES = 300;
/** What may stand in a socket beside a frame: heads of WebSocket frames, an announcement, a PING, a CREDIT. */
const SMALL_MESSAGES_BYTES = 512;

/** As in slow-clients.test.ts: time is the stream's own, one frame after the other when every good client has the last. */
describe('slow WebSocket clients', () => {
  let clock: FakeClock;
  let server: SyntheticWebSocketServer;

  beforeEach(async () => {
    clock = new FakeClock();
    server = await SyntheticWebSocketServer.start({ clock, jpegBytes: JPEG_BYTES });
  });

  afterEach(() => server.stop());

  it('cost the good ones nothing, get no old frames and no memory', { timeout: 60_000 }, async () => {
    const { stream } = server;
    const [stopped, stoppedAt] = await add();
    stopped.webSocket.pause();
    const [neverAcknowledging, neverAcknowledged] = await add({ answers: false });
    const [halfRate] = await add({ answers: false });
    const good = await Promise.all(Array.from({ length: GOOD_CLIENTS }, async () => (await add())[0]));
    const unacknowledged: number[] = [];
    let newest = -1;
    let greatestAge = 0;
    halfRate.onFrame = (sequence) => {
      greatestAge = Math.max(greatestAge, newest - sequence);
      unacknowledged.push(sequence);
    };

    for (let frame = 0; frame < FRAMES; frame += 1) {
      newest = stream.publish();
      expectBoundedMemory(server, SMALL_MESSAGES_BYTES);
      await Promise.all(good.map((client) => client.reached(newest)));
      if (frame % 2 === 1) {
        await halfRate.until(() => unacknowledged.length > 0);
        halfRate.send(encodeAck(1, unacknowledged.shift()!));
      }
      clock.advance(stream.intervalUs);
    }

    for (const client of good) {
      expect(client.audit.figures).toMatchObject({ first: 0, last: newest, received: FRAMES, skipped: 0, lost: 0 });
    }
    expect(stoppedAt.counters.sent).toBe(LEAST_WINDOW);
    expect(neverAcknowledged.counters.sent).toBe(LEAST_WINDOW);
    expect(neverAcknowledging.audit.figures.received).toBe(LEAST_WINDOW);
    expect(halfRate.audit.figures).toMatchObject({ lost: 0, outOfOrder: 0 });
    expect(halfRate.audit.figures.received).toBeGreaterThan(FRAMES / 2 - 5);
    // A frame is sent at once where there is credit, and else it is the newest there is when an acknowledgement comes.
    expect(greatestAge).toBeLessThanOrEqual(2);
  });

  it('get no more than their window when they kept up until they stopped', async () => {
    const [client, subscriber] = await add();
    await earnWindow(server.stream, subscriber);
    client.webSocket.pause();
    expectNoMoreThanWindow(server, subscriber, FRAMES, SMALL_MESSAGES_BYTES);
  });

  it('get no more than the kernel takes when they acknowledge what they do not read', async () => {
    const { stream } = server;
    const [client, subscriber] = await add({ answers: false });
    client.webSocket.pause();
    while (server.greatestBacklogBytes === 0) {
      client.send(encodeAck(1, stream.publish()));
      await until(() => inFlight(subscriber) === 0);
    }
    const { sent } = subscriber.counters;
    for (let frame = 0; frame < FRAMES; frame += 1) {
      stream.publish();
      expectBoundedMemory(server, SMALL_MESSAGES_BYTES);
    }
    expect(subscriber.counters.sent).toBe(sent);
    client.webSocket.resume();
    await client.reached(sent - 1);
    client.send(encodeAck(1, sent - 1));
    // The newest one waited, and everything between was announced.
    await client.reached(sent + FRAMES - 1);
    expect(client.audit.figures).toMatchObject({ lost: 0, outOfOrder: 0, skipped: FRAMES - 1 });
  });

  it('are cut off when they are dead', async () => {
    const [client] = await add();
    client.webSocket.pause();
    clock.advance(60_000_000);
    await until(() => server.sockets.size === 0);
    expect(server.clients.count).toBe(0);
    expect(clock.pending).toBe(0);
    await client.destroy();
  });

  it('do not hold up the end of the server', async () => {
    const clients = await Promise.all(Array.from({ length: 10 }, () => add({ answers: false })));
    for (const [client] of clients) client.webSocket.pause();
    while (server.greatestBacklogBytes === 0) {
      const sequence = server.stream.publish();
      for (const [client] of clients) client.send(encodeAck(1, sequence));
      await until(() => clients.every(([, subscriber]) => inFlight(subscriber) === 0));
    }
    await server.stop();
    expect(server.sockets.size).toBe(0);
    server = await SyntheticWebSocketServer.start();
    for (const [client] of clients) await client.destroy();
  });

  /** Connects a client; resolves with it and what the server keeps for it. */
  async function add(options?: WebSocketClientOptions): Promise<[WebSocketClient, Subscriber]> {
    const { subscribers } = server.stream;
    const known = new Set(subscribers);
    const client = await WebSocketClient.open(server.url(), {}, { keepsFrames: false, ...options });
    await until(() => subscribers.some((subscriber) => !known.has(subscriber)));
    return [client, subscribers.find((subscriber) => !known.has(subscriber))!];
  }
});
