/** A server without a video: the real hub and transports, fed with frames of one size on an absolute schedule. */
import { randomFillSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SessionContext } from '../../../server/transports/protocol-session.js';
import { SystemClock } from '../../../shared/clock.js';
import { Timeline } from '../../../server/sources/timeline.js';
import { readClockPair } from '../clock-pair.js';
import { product } from '../product.js';
import { serveCommands } from '../worker-link.js';

const { Hub } = await product('server/hub/hub.js');
const { ClientRegistry } = await product('server/clients.js');
const { MjpegTransport } = await product('server/transports/mjpeg-transport.js');
const { TcpTransport } = await product('server/transports/tcp-transport.js');
const { WebSocketTransport } = await product('server/transports/websocket-transport.js');
const { createLogger } = await product('shared/logger.js');
const { LatencyHistogram } = await product('shared/histogram.js');

const FPS = 30;
const clock = new SystemClock();
const publishing = new LatencyHistogram();

/** What to publish, to whom. */
interface PublisherInput {
  readonly jpegBytes: number;
  readonly maxClients: number;
  readonly road?: 'tcp' | 'websocket' | 'mjpeg';
}

export const commands = {
  /** Listens, on TCP, for WebSockets or MJPEG viewers, and begins to publish JPEGs of `jpegBytes` bytes at 30 fps; tells port and clock. */
  async start({ jpegBytes, maxClients, road = 'tcp' }: PublisherInput) {
    const hub = new Hub(clock);
    const logger = createLogger({ level: 'error', pretty: false });
    const clients = new ClientRegistry(maxClients);
    const context: SessionContext = { hub, clients, clock, logger, checkToken: () => 'view', transport: road };
    const port = await LISTEN[road](context);
    publishFrames(hub, jpegBytes);
    return { port, clock: readClockPair(clock) };
  },

  /** Forgets what was measured so far. */
  begin() {
    publishing.reset();
  },

  /** How long handing one frame to all clients took, in microseconds. */
  figures() {
    return { frames: publishing.count, publishUs: { p50: publishing.quantile(0.5), p99: publishing.quantile(0.99) } };
  },
};

/** The commands this worker takes. */
export type PublisherCommands = typeof commands;

/** By road: listens, whatever is asked for, and returns the port. */
const LISTEN = {
  tcp: (context: SessionContext) => new TcpTransport(context).listen('127.0.0.1', 0),
  websocket: upgrade,
  mjpeg: serve,
} as const;

async function serve(context: SessionContext): Promise<number> {
  const transport = new MjpegTransport(context);
  const asked = { maxFps: null, peer: '127.0.0.1:0' };
  const server = createServer({ noDelay: true }, (request, response) =>
    transport.serve(request, response, context.hub.list()[0]!, asked),
  );
  return listen(server);
}

async function upgrade(context: SessionContext): Promise<number> {
  const transport = new WebSocketTransport(context);
  const server = createServer();
  const asked = { stream: null, isAuthorized: true, peer: '127.0.0.1:0' };
  server.on('upgrade', (request, socket, head) => transport.accept(request, socket, head, asked));
  return listen(server);
}

async function listen(server: Server): Promise<number> {
  server.listen({ host: '127.0.0.1', port: 0, backlog: 1024 });
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

function publishFrames(hub: InstanceType<typeof Hub>, jpegBytes: number): void {
  const timeline = new Timeline(clock.nowUs(), FPS);
  const shape = {
    width: 640,
    height: 360,
    fps: FPS,
    timeSource: 'schedule',
    startTimeUs: timeline.startTimeUs,
    encoding: { mode: 'encoded', reason: 'the frames are synthetic' },
  } as const;
  const stream = hub.add('synthetic', { frameBuffer: 1, policy: 'latest' }, shape);
  stream.setState('live');
  const picture = jpegOf(jpegBytes);
  let sequence = 0;
  publishDue();

  function publishDue(): void {
    for (; timeline.dueTimeUs(sequence) <= clock.nowUs(); sequence += 1) publish(timeline.dueTimeUs(sequence));
    clock.schedule(timeline.dueTimeUs(sequence) - clock.nowUs(), publishDue);
  }

  function publish(captureTimeUs: number): void {
    const startUs = clock.nowUs();
    stream.publish({
      sequence,
      captureTimeUs,
      timeSource: shape.timeSource,
      decodedTimeUs: captureTimeUs,
      processedTimeUs: captureTimeUs,
      encodeStartTimeUs: captureTimeUs,
      encodedTimeUs: startUs,
      clockErrorUs: 0,
      width: shape.width,
      height: shape.height,
      // An encoder gives every frame a buffer of its own, too.
      jpeg: Buffer.from(picture),
    });
    publishing.record(clock.nowUs() - startUs);
  }
}

/** Bytes with both ends of a JPEG and nothing to see between them. */
function jpegOf(lengthBytes: number): Buffer {
  const jpeg = randomFillSync(Buffer.alloc(lengthBytes));
  jpeg.writeUInt16BE(0xffd8, 0);
  jpeg.writeUInt16BE(0xffd9, lengthBytes - 2);
  return jpeg;
}

serveCommands(commands);
