/** Viewers of an MJPEG stream: plain sockets that only read, and look at the headers of each part. */
import { once } from 'node:events';
import { createConnection } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { ArrivalLog } from '../arrivals.js';
import { readClockPair } from '../clock-pair.js';
import type { ClockPair } from '../clock-pair.js';
import { quantile } from '../quantiles.js';
import { serveCommands } from '../worker-link.js';

/** A server that is slow to take connections must not have to refuse any. */
const CONNECT_GAP_MS = 2;
const HEADER_END = Buffer.from('\r\n\r\n');

/** All viewers read into one buffer, and the bytes of pictures are passed over, so that they cost little. */
const buffer = Buffer.allocUnsafe(64 * 1024);

let log: ArrivalLog | null = null;
let latenciesUs: number[] = [];
let bytes = 0;
let frames = 0;
let missed = 0;
let ended = 0;
let begun = 0;
let allBegun: () => void = () => undefined;
/** How far the server's clock is ahead of the one that all processes share; null where frames carry no time. */
let serverOffsetUs: number | null = null;

/** Whom to watch. */
interface ViewersInput {
  readonly port: number;
  readonly clients: number;
  /** Null for a server that sends without being asked, and no capture times. */
  readonly serverClock: ClockPair | null;
}

export const commands = {
  /** Connects `clients` viewers; resolves once each of them saw a whole part. */
  async connect({ port, clients, serverClock }: ViewersInput) {
    serverOffsetUs = serverClock && serverClock.nowUs - serverClock.monotonicUs;
    const whenAllBegun = new Promise<void>((resolve) => (allBegun = () => begun === clients && resolve()));
    for (let i = 0; i < clients; i += 1) {
      const callback = partReader();
      const socket = createConnection({ host: '127.0.0.1', port, noDelay: true, onread: { buffer, callback } });
      await once(socket, 'connect');
      socket.on('error', () => undefined);
      socket.on('close', () => (ended += 1));
      if (serverClock) socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
      await sleep(CONNECT_GAP_MS);
    }
    await whenAllBegun;
  },

  begin() {
    log = new ArrivalLog();
    latenciesUs = [];
    bytes = 0;
    frames = 0;
    missed = 0;
  },

  /** What came since `begin`; the viewers ended are those since they were connected. */
  end() {
    const latencyUs = {
      p50: quantile(latenciesUs, 0.5),
      p99: quantile(latenciesUs, 0.99),
      max: quantile(latenciesUs, 1),
    };
    return { bytes, frames, missed, ended, latencyUs, arrivals: log?.arrivals() ?? null };
  },
};

/** The commands this worker takes. */
export type ViewersCommands = typeof commands;

/** Notes whenever a part is complete. */
function partReader(): (count: number) => boolean {
  let head = '';
  let rest = 0;
  let sequence: number | null = null;
  let last = -1;
  let captureTimeUs = 0;
  return (count) => {
    bytes += count;
    for (let offset = 0; offset < count;) {
      if (rest > 0) {
        // A record of a server that has no number in its headers begins with it.
        sequence ??= buffer.readUInt32BE(offset);
        const taken = Math.min(rest, count - offset);
        offset += taken;
        rest -= taken;
        if (rest === 0) note();
        continue;
      }
      const end = buffer.subarray(offset, count).indexOf(HEADER_END);
      const headEnd = end === -1 ? count : offset + end + HEADER_END.length;
      head += buffer.toString('latin1', offset, headEnd);
      offset = headEnd;
      if (end !== -1) beginPart();
    }
    return true;
  };

  function beginPart(): void {
    const length = /Content-Length: (\d+)/i.exec(head)?.[1];
    const number = /X-Sequence: (\d+)/.exec(head)?.[1];
    captureTimeUs = Number(/X-Timestamp: ([\d.]+)/.exec(head)?.[1] ?? 0) * 1e6;
    sequence = number === undefined ? null : Number(number);
    rest = Number(length ?? 0);
    head = '';
  }

  function note(): void {
    const { monotonicUs } = readClockPair();
    if (last === -1) {
      begun += 1;
      allBegun();
    }
    if (log) {
      frames += 1;
      if (last !== -1) missed += sequence! - last - 1;
      log.note(sequence!, monotonicUs);
      if (serverOffsetUs !== null) latenciesUs.push(monotonicUs + serverOffsetUs - captureTimeUs);
    }
    last = sequence!;
  }
}

serveCommands(commands);
