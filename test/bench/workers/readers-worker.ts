/** Plain sockets that only read, from a server that sends records of one length, each with its number in front. */
import { once } from 'node:events';
import { createConnection } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { ArrivalLog } from '../arrivals.js';
import { readClockPair } from '../clock-pair.js';
import { serveCommands } from '../worker-link.js';

/** tcpserversink lets five connections wait to be taken; for one more the kernel tries again a second later. */
const CONNECT_GAP_MS = 2;

/** All readers read into one buffer and look at a record's number only, so that they cost as little as can be. */
const buffer = Buffer.allocUnsafe(64 * 1024);

let log: ArrivalLog | null = null;
let bytes = 0;
let ended = 0;
let begun = 0;
let allBegun: () => void = () => undefined;

export const commands = {
  /** Connects `clients` readers of records of `recordBytes` bytes; resolves once each of them has bytes. */
  async connect({ port, clients, recordBytes }: { port: number; clients: number; recordBytes: number }) {
    const whenAllBegun = new Promise<void>((resolve) => (allBegun = () => begun === clients && resolve()));
    for (let i = 0; i < clients; i += 1) {
      await open(port, recordBytes);
      await sleep(CONNECT_GAP_MS);
    }
    await whenAllBegun;
  },

  begin() {
    log = new ArrivalLog();
    bytes = 0;
  },

  /** What came since `begin`; the readers ended are those since they were connected. */
  end() {
    return { bytes, ended, arrivals: log?.arrivals() ?? null };
  },
};

/** The commands this worker takes. */
export type ReadersCommands = typeof commands;

async function open(port: number, recordBytes: number): Promise<void> {
  const callback = recordReader(recordBytes);
  const socket = createConnection({ host: '127.0.0.1', port, noDelay: true, onread: { buffer, callback } });
  await once(socket, 'connect');
  socket.on('error', () => undefined);
  socket.on('close', () => (ended += 1));
}

/** Notes whenever a record is complete. A connection begins with a whole record, and none is left out later. */
function recordReader(recordBytes: number): (count: number) => boolean {
  let position = 0;
  let sequence: number | null = null;
  return (count) => {
    bytes += count;
    if (sequence === null) {
      sequence = buffer.readUInt32BE(0);
      begun += 1;
      allBegun();
    }
    for (position += count; position >= recordBytes; position -= recordBytes) {
      log?.note(sequence, readClockPair().monotonicUs);
      sequence += 1;
    }
    return true;
  };
}

serveCommands(commands);
