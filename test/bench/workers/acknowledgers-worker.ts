/** Clients that do no more than they must, over TCP or WebSocket: say HELLO, acknowledge, answer, and note what comes. */
import { once } from 'node:events';
import { createConnection } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type { FrameHeader, Message } from '../../../shared/protocol/messages.js';
import { MessageType } from '../../../shared/protocol/messages.js';
import { readClockPair } from '../clock-pair.js';
import type { ClockPair } from '../clock-pair.js';
import { product } from '../product.js';
import { serveCommands } from '../worker-link.js';

const { encodeAck, encodeHello, encodePing, encodePong } = await product('shared/protocol/codec.js');
const { CLIENT_ACCEPTS, MessageParser } = await product('shared/protocol/parser.js');
const { LatencyHistogram } = await product('shared/histogram.js');

/** Connecting all at once would have the server push out those that have not said hello. */
const CONNECT_GAP_MS = 2;
const PING_INTERVAL_MS = 1000;

const latency = new LatencyHistogram();
const totals = { frames: 0, bytes: 0, skipped: 0, ended: 0 };
let serverClock: ClockPair = { nowUs: 0, monotonicUs: 0 };

/** Where to connect how many. */
interface ConnectInput {
  readonly port: number;
  readonly clients: number;
  readonly road: 'tcp' | 'websocket';
  readonly serverClock: ClockPair;
}

export const commands = {
  /** Connects the clients; resolves once each of them has a frame. */
  async connect(input: ConnectInput) {
    ({ serverClock } = input);
    for (let i = 0; i < input.clients; i += 1) {
      await (input.road === 'tcp' ? openTcp(input.port) : openWebSocket(input.port));
      await sleep(CONNECT_GAP_MS);
    }
  },

  begin() {
    latency.reset();
    Object.assign(totals, { frames: 0, bytes: 0, skipped: 0 });
  },

  /** What came since `begin`, and how many connections ended since they were made; latency in microseconds. */
  end() {
    const latencyUs = { p50: latency.quantile(0.5), p99: latency.quantile(0.99), max: latency.max };
    return { ...totals, latencyUs };
  },
};

/** The commands this worker takes. */
export type AcknowledgersCommands = typeof commands;

async function openTcp(port: number): Promise<void> {
  const socket = createConnection({ host: '127.0.0.1', port, noDelay: true });
  await once(socket, 'connect');
  const client = new Acknowledger((message) => void socket.write(message));
  const parser = new MessageParser({ accepts: CLIENT_ACCEPTS, onMessage: (message) => client.onMessage(message) });
  socket.on('data', (chunk) => parser.push(chunk));
  socket.on('error', () => undefined);
  socket.on('close', () => client.onClosed());
  await client.started;
}

async function openWebSocket(port: number): Promise<void> {
  const webSocket = new WebSocket(`ws://127.0.0.1:${port}/`, { perMessageDeflate: false });
  await once(webSocket, 'open');
  const client = new Acknowledger((message) => webSocket.send(message));
  const parser = new MessageParser({ accepts: CLIENT_ACCEPTS, onMessage: (message) => client.onMessage(message) });
  webSocket.on('message', (data) => parser.push(data as Buffer));
  webSocket.on('error', () => undefined);
  webSocket.on('close', () => client.onClosed());
  await client.started;
}

/** One client. */
class Acknowledger {
  /** Resolves with the first frame. */
  readonly started: Promise<void>;
  private onStarted: () => void = () => undefined;
  private readonly pinging: NodeJS.Timeout;
  private ackEvery = 1;
  private unacknowledged = 0;
  private last: FrameHeader | null = null;

  constructor(private readonly send: (message: Buffer) => void) {
    this.started = new Promise((resolve) => (this.onStarted = resolve));
    send(encodeHello({ version: 1, name: 'acknowledger', subscriptions: [{}] }));
    this.pinging = setInterval(() => this.send(encodePing(readClockPair().nowUs)), PING_INTERVAL_MS);
  }

  onMessage(message: Message): void {
    switch (message.type) {
      case MessageType.FRAME:
        return this.onFrame(message.header, message.jpeg.length);
      case MessageType.SKIPPED:
        totals.skipped += message.last - message.first + 1;
        return;
      case MessageType.CREDIT:
        this.ackEvery = message.ackEvery;
        return this.acknowledge();
      case MessageType.PING:
        return this.send(encodePong(message.t0Us, message.t0Us, message.t0Us));
      default:
        return;
    }
  }

  onClosed(): void {
    clearInterval(this.pinging);
    totals.ended += 1;
  }

  private onFrame(header: FrameHeader, jpegBytes: number): void {
    const dueUs = header.captureTimeUs - serverClock.nowUs + serverClock.monotonicUs;
    latency.record(Number(process.hrtime.bigint() / 1000n) - dueUs);
    totals.frames += 1;
    totals.bytes += jpegBytes;
    this.last = header;
    this.unacknowledged += 1;
    if (this.unacknowledged >= this.ackEvery) this.acknowledge();
    this.onStarted();
  }

  private acknowledge(): void {
    this.unacknowledged = 0;
    if (this.last) this.send(encodeAck(this.last.streamId, this.last.sequence));
  }
}

serveCommands(commands);
