import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket as NodeWebSocket } from 'ws';
import { connect as connectTcp } from '../../client/connect.js';
import type { BrowserFrame, ConnectOptions, FrameStream } from '../../client/web/browser/frame-stream.js';
import { openFrames } from '../../client/web/browser/session-frames.js';
import { measureResolutionUs } from '../../client/web/browser/timer-resolution.js';
import { TcpTransport } from '../../server/transports/tcp-transport.js';
import { SystemClock } from '../../shared/clock.js';
import { LatencyHistogram } from '../../shared/histogram.js';
import { createLogger } from '../../shared/logger.js';
import type { Stats } from '../../shared/protocol/messages.js';
import { fakeParts } from '../helpers/browser-client.js';
import { SyntheticWebSocketServer } from '../helpers/synthetic-websocket-server.js';
import type { SyntheticWebSocketServerOptions } from '../helpers/synthetic-websocket-server.js';
import { until } from '../helpers/until.js';

describe('the browser client and the server', () => {
  const ends: (() => Promise<void> | void)[] = [];

  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });

  it('bring every frame to a loop that keeps up, with its age within the error of the truth', async () => {
    const server = await serve();
    const frames = await open(server);
    const loop = frames[Symbol.asyncIterator]();
    await until(() => frames.clock() !== null);
    for (let n = 0; n < 50; n += 1) {
      const sequence = server.stream.publish();
      const { value: frame } = (await loop.next()) as { value: BrowserFrame };
      expect(frame).toMatchObject({ stream: 'cam', sequence, width: 640, height: 360, jpegBytes: 1000 });
      // Both ends run on one clock here, so the truth is known.
      const trueLatencyUs = frame.receivedTimeUs - frame.captureTimeUs;
      expect(Math.abs(frame.latencyUs! - trueLatencyUs)).toBeLessThanOrEqual(frame.errorUs!);
    }
    expect(frames.stats()).toMatchObject({ received: 50, lost: 0, skipped: 0, corrupt: 0 });
  });

  it('make a slow loop get few frames and the newest, never more than it has credit for', async () => {
    const server = await serve();
    const frames = await open(server);
    const loop = frames[Symbol.asyncIterator]();
    for (let n = 0; n <= 1000; n += 1) server.stream.publish();
    // A window of two was sent, and then the newest; all others were not.
    const seen: number[] = [];
    while (seen.at(-1) !== 1000) seen.push(((await loop.next()) as { value: BrowserFrame }).value.sequence);
    expect(seen.length).toBeLessThanOrEqual(3);
    const { received, skipped, lost } = frames.stats();
    expect(received).toBeLessThanOrEqual(3);
    expect({ seen: received + skipped, lost }).toEqual({ seen: 1001, lost: 0 });
  });

  it('show the same frames as a client over TCP', async () => {
    const server = await serve();
    const { hub, clients } = server;
    const destination = { write: () => undefined };
    const logger = createLogger({ level: 'info', pretty: false, destination });
    const clock = new SystemClock();
    const tcp = new TcpTransport({ hub, clients, clock, logger, checkToken: () => 'view', transport: 'tcp' });
    const port = await tcp.listen('127.0.0.1', 0);
    ends.push(() => tcp.close('SERVER_CLOSING', 'The test is over.'));
    const overTcp = await connectTcp({ port, policy: 'every' });
    const overWebSocket = await open(server, { policy: 'every' });
    server.stream.drop(3);
    for (let n = 0; n < 20; n += 1) server.stream.publish();
    server.stream.drop(2);
    for (let n = 0; n < 20; n += 1) server.stream.publish();
    const expected = await sequences(overTcp, 40);
    expect(expected).toEqual([...numbers(3, 22), ...numbers(25, 44)]);
    expect(await sequences(overWebSocket, 40)).toEqual(expected);
    expect(overWebSocket.stats()).toMatchObject({ received: 40, skipped: 2, lost: 0 });
  });

  it('tell the server what the page sees', async () => {
    const server = await serve();
    const reports: Stats[] = [];
    server.clients.observe({ onReport: (_client, stats) => reports.push(stats) });
    const frames = await open(server, { name: 'wall' });
    expect(server.clients.list()).toMatchObject([{ name: 'wall', transport: 'websocket' }]);
    // Frames that came before they were due would have negative latencies, which no histogram holds.
    const { startTimeUs } = server.stream.hubStream.description;
    await until(
      () => frames.clock() !== null && new SystemClock().nowUs() > startTimeUs + 6 * server.stream.intervalUs,
    );
    void sequences(frames, Infinity);
    server.stream.drop(1);
    for (let n = 0; n < 5; n += 1) {
      const sequence = server.stream.publish();
      await until(() => frames.stats().received === sequence);
    }
    await until(() => reports.some(({ streams }) => streams.some(({ latency }) => latency !== undefined)));
    const [stream] = reports.flatMap(({ streams }) => streams).filter(({ received }) => received > 0);
    expect(stream).toMatchObject({ received: 5, lost: 0, corrupt: 0, bytes: 5 * server.stream.messageBytes });
    expect(LatencyHistogram.decode(stream!.latency!).count).toBe(5);
    expect(reports.at(-1)?.clock?.errorUs).toBeGreaterThan(0);
  });

  it('find their way back after a restart', async () => {
    const first = await serve();
    const statuses: string[] = [];
    const port = first.port;
    const frames = await open(first, { onStatus: ({ connection }) => statuses.push(connection) });
    const loop = frames[Symbol.asyncIterator]();
    first.stream.publish();
    await loop.next();
    await first.stop();
    ends.length = 0;
    const second = await serve({ port });
    ends.push(() => frames.close());
    await until(() => statuses.at(-1) === 'connected' && statuses.includes('reconnecting'));
    second.stream.publish();
    expect((await loop.next()).value).toMatchObject({ sequence: 0 });
    expect(frames.stats()).toMatchObject({ received: 2, lost: 0, reconnects: 1 });
  });

  it('agree on who may watch what', async () => {
    const server = await serve({ token: 's3cret' });
    await expect(open(server)).rejects.toMatchObject({ code: 'BAD_TOKEN' });
    await expect(open(server, { token: 'wrong' })).rejects.toMatchObject({ code: 'BAD_TOKEN' });
    await expect(open(server, { token: 's3cret', stream: 'yard' })).rejects.toMatchObject({ code: 'UNKNOWN_STREAM' });
    const frames = await open(server, { token: 's3cret', stream: 'cam' });
    const [client] = server.clients.list();
    client?.disconnect('KICKED', 'An administrator ended it.');
    await expect(frames[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'KICKED' });
  });

  it('say where nobody listens', async () => {
    const server = await serve();
    const { port } = server;
    await server.stop();
    ends.length = 0;
    await expect(openAt(`http://127.0.0.1:${port}`)).rejects.toMatchObject({ code: 'CONNECT_FAILED' });
  });

  async function serve(options: SyntheticWebSocketServerOptions = {}): Promise<SyntheticWebSocketServer> {
    const server = await SyntheticWebSocketServer.start(options);
    ends.push(() => server.stop());
    return server;
  }

  async function open(server: SyntheticWebSocketServer, options: Partial<ConnectOptions> = {}): Promise<FrameStream> {
    const frames = await openAt(`http://127.0.0.1:${server.port}`, options);
    ends.push(() => frames.close());
    return frames;
  }
});

/** The browser client with the WebSocket of a library, since Node 20 has none. */
function openAt(serverUrl: string, options: Partial<ConnectOptions> = {}): Promise<FrameStream> {
  const { parts } = fakeParts();
  const openSocket = (url: string) => new NodeWebSocket(url) as unknown as WebSocket;
  const clock = new SystemClock();
  return openFrames({ serverUrl, ...options }, { ...parts, clock, openSocket, resolutionUs: measureResolutionUs() });
}

async function sequences(frames: AsyncIterable<{ readonly sequence: number }>, count: number): Promise<number[]> {
  const seen: number[] = [];
  for await (const { sequence } of frames) {
    seen.push(sequence);
    if (seen.length === count) break;
  }
  return seen;
}

function numbers(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
