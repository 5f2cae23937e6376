import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createConnection } from 'node:net';
import type { Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { ClientRegistry } from '../../server/clients.js';
import { Hub } from '../../server/hub/hub.js';
import { ClassicTransport } from '../../server/transports/classic-transport.js';
import { createLogger } from '../../shared/logger.js';
import { FakeClock } from '../helpers/fake-clock.js';
import { START_US } from '../helpers/fake-frames.js';
import { addStream, encodedFrame } from '../helpers/session-fixture.js';
import { until } from '../helpers/until.js';

const MEBIBYTE = 1024 * 1024;
const POLL_US = 250_000;

/** A classic transport on a port of its own, and its clients. */
async function start({ maxClients = 10, host = '127.0.0.1' } = {}) {
  const clock = new FakeClock(START_US);
  const hub = new Hub(clock);
  const stream = addStream(hub, 'cam');
  const clients = new ClientRegistry(maxClients);
  const logger = createLogger({ level: 'silent', pretty: false });
  const transport = new ClassicTransport({ hub, clients, clock, logger, transport: 'classic' });
  const port = await transport.listen(host, 0);
  const sockets: Socket[] = [];
  const connect = async () => {
    const before = clients.count;
    const socket = createConnection(port, host);
    sockets.push(socket);
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    await until(() => clients.count > before || clients.count === maxClients);
    return socket;
  };
  started.push(async () => {
    await transport.close();
    for (const socket of sockets) socket.destroy();
  });
  return { clock, stream, clients, transport, port, connect };
}

const started: (() => Promise<void>)[] = [];
afterEach(async () => void (await Promise.all(started.splice(0).map((stop) => stop()))));

describe('ClassicTransport', () => {
  it('sends what is published, and nothing else', async () => {
    const { stream, connect } = await start();
    const socket = await connect();
    const read = readFrames(socket);
    stream.publish(encodedFrame(0));
    stream.publish(encodedFrame(30));
    expect(await read(2)).toEqual([
      { seconds: START_US / 1_000_000, jpegBytes: 4 },
      { seconds: START_US / 1_000_000 + 1, jpegBytes: 4 },
    ]);
  });

  it('wants the stream only while somebody is connected', async () => {
    const { stream, clients, clock, connect } = await start();
    const socket = await connect();
    expect([stream.subscriberCount, clients.count]).toEqual([1, 1]);
    socket.destroy();
    await until(() => clients.count === 0);
    expect(stream.subscriberCount).toBe(0);
    clock.advance(POLL_US);
    expect(clock.pending).toBe(0);
  });

  it('does not mind what a client sends', async () => {
    const { stream, connect } = await start();
    const socket = await connect();
    const read = readFrames(socket);
    socket.write(Buffer.alloc(MEBIBYTE, 'GET / HTTP/1.1\r\n'));
    stream.publish(encodedFrame(0));
    expect(await read(1)).toHaveLength(1);
  });

  it('closes the connection of one client too many at once', async () => {
    const { connect, clients } = await start({ maxClients: 1 });
    await connect();
    const refused = await connect();
    await once(refused, 'close');
    expect(clients.count).toBe(1);
  });

  it('closes all connections when it is closed, also of those that do not read', async () => {
    const { stream, transport, clients, clock, connect } = await start();
    const sockets = [await connect(), await connect()];
    sockets[0]?.pause();
    stream.publish({ ...encodedFrame(0), jpeg: Buffer.alloc(16 * MEBIBYTE) });
    sockets[1]?.resume();
    await transport.close();
    await until(() => clients.count === 0);
    expect([stream.subscriberCount, clock.pending]).toEqual([0, 0]);
  });

  it.runIf(existsSync('/proc/net/tcp'))(
    'leaves frames out for a client that does not read, and gives it the newest when it does',
    async () => {
      const { stream, clock, connect } = await start();
      const socket = await connect();
      const read = readFrames(socket);
      socket.pause();
      for (let sequence = 0; sequence < 60; sequence += 1) {
        stream.publish({ ...encodedFrame(sequence), jpeg: Buffer.alloc(64 * 1024) });
        clock.advance(POLL_US);
        // The kernel's tables have been read when the next look at them is planned.
        await until(() => clock.pending === 1);
      }
      socket.resume();
      const newest = START_US / 1_000_000 + 59 / 30;
      const received: number[] = [];
      while ((received.at(-1) ?? 0) < newest - 0.001) {
        // Whoever is behind is looked at again and again.
        const ticking = setInterval(() => clock.advance(POLL_US), 1);
        for (const { seconds } of await read(1)) received.push(seconds);
        clearInterval(ticking);
      }
      // Less than a megabyte of three in all: what the peer's kernel takes, and three frames in ours.
      expect(received.length).toBeLessThan(30);
      expect(received).toEqual([...received].sort((a, b) => a - b));
    },
  );
});

/** Reads a classic connection: the returned function resolves to the next `count` frames. */
function readFrames(socket: Socket): (count: number) => Promise<{ seconds: number; jpegBytes: number }[]> {
  let bytes = Buffer.alloc(0);
  socket.on('data', (chunk) => (bytes = Buffer.concat([bytes, chunk])));
  return async (count) => {
    const frames = [];
    while (frames.length < count) {
      const end = bytes.length < 4 ? Infinity : 4 + bytes.readUInt32BE(0);
      if (bytes.length < end) {
        await once(socket, 'data');
        continue;
      }
      frames.push({ seconds: bytes.readDoubleBE(4), jpegBytes: end - 12 });
      bytes = bytes.subarray(end);
    }
    return frames;
  };
}
