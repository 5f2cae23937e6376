/** HTTP cameras that cost as little as can be: multipart streams of JPEGs made beforehand, one for each connection. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { SystemClock } from '../../../shared/clock.js';
import { Timeline } from '../../../server/sources/timeline.js';
import { readClockPair } from '../clock-pair.js';
import { STAMP_BYTES, stampedJpeg } from '../sent-stamp.js';
import { serveCommands } from '../worker-link.js';

const ANSWER = [
  'HTTP/1.1 200 OK',
  'Content-Type: multipart/x-mixed-replace; boundary=frame',
  'Cache-Control: no-store',
  'Connection: close',
  '\r\n',
].join('\r\n');
const LINE_END = Buffer.from('\r\n');
/** A camera has not much memory either: where so much waits in a connection, a picture is left out. */
const MAX_WAITING_BYTES = 2 * 1024 * 1024;
/** Spreads the beginnings of any number of streams evenly over the time between two pictures. */
const GOLDEN_RATIO = (Math.sqrt(5) - 1) / 2;

const clock = new SystemClock();
const sockets = new Set<Socket>();
const totals = { sent: 0, leftOut: 0, bytes: 0 };
let jpegs: readonly Buffer[] = [];
let fps = 0;
let port = 0;
let streams = 0;
let server: Server | null = null;

export const commands = {
  /** Listens; whoever connects, whatever they ask for, gets the JPEG `files` in turn, over and over. */
  async start(input: { files: readonly string[]; fps: number }) {
    jpegs = input.files.map((file) => readFileSync(file));
    fps = input.fps;
    await listen();
    return { port, jpegBytes: jpegs.reduce((sum, { length }) => sum + length, 0) / jpegs.length };
  },

  /** As if the power failed: connections break, and nobody listens any more. */
  async unplug() {
    if (!server) return;
    const closed = once(server, 'close');
    server.close();
    server = null;
    for (const socket of sockets) socket.resetAndDestroy();
    await closed;
  },

  /** The power is back; tells when, in microseconds of the clock that all processes of the machine share. */
  async plugIn() {
    await listen();
    return { backUs: readClockPair().monotonicUs };
  },

  /** Begins to count. */
  begin() {
    Object.assign(totals, { sent: 0, leftOut: 0, bytes: 0 });
  },

  /** Pictures sent since `begin`, and those left out because the connection did not take them. */
  figures() {
    return { ...totals, connections: sockets.size };
  },
};

/** The commands this worker takes. */
export type CamerasCommands = typeof commands;

async function listen(): Promise<void> {
  server = createServer({ noDelay: true }, (socket) => void serve(socket));
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
}

async function serve(socket: Socket): Promise<void> {
  sockets.add(socket);
  socket.on('close', () => sockets.delete(socket));
  // Whoever reads may go at any time.
  socket.on('error', () => socket.destroy());
  await once(socket, 'data').catch(() => undefined);
  socket.resume();
  socket.write(ANSWER);
  streams += 1;
  const phase = (streams * GOLDEN_RATIO) % 1;
  stream(socket, new Timeline(clock.nowUs() + Math.round((phase * 1_000_000) / fps), fps));
}

function stream(socket: Socket, timeline: Timeline): void {
  let sequence = 0;
  sendDue();

  function sendDue(): void {
    if (socket.destroyed) return;
    for (; timeline.dueTimeUs(sequence) <= clock.nowUs(); sequence += 1) send(socket, jpegs[sequence % jpegs.length]!);
    clock.schedule(timeline.dueTimeUs(sequence) - clock.nowUs(), sendDue);
  }
}

function send(socket: Socket, jpeg: Buffer): void {
  if (socket.writableLength > MAX_WAITING_BYTES) {
    totals.leftOut += 1;
    return;
  }
  const length = jpeg.length + STAMP_BYTES;
  socket.cork();
  socket.write(`--frame\r\nContent-Type: image/jpeg\r\nContent-Length: ${length}\r\n\r\n`);
  for (const piece of stampedJpeg(jpeg, readClockPair().monotonicUs)) socket.write(piece);
  socket.write(LINE_END);
  socket.uncork();
  totals.sent += 1;
  totals.bytes += length;
}

serveCommands(commands);
