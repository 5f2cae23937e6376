import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeHello, encodePing, encodePong } from '../../shared/protocol/codec.js';
import { MessageType, PREFIX_BYTES } from '../../shared/protocol/messages.js';
import { FakeClock } from '../helpers/fake-clock.js';
import { message } from '../helpers/hostile-bytes.js';
import { RawClient } from '../helpers/raw-client.js';
import type { SyntheticServerOptions } from '../helpers/synthetic-server.js';
import { SyntheticServer } from '../helpers/synthetic-server.js';
import { until } from '../helpers/until.js';

const SECOND_US = 1_000_000;
const KIBIBYTE = 1024;
const MEBIBYTE = 1024 * KIBIBYTE;
const HUGE_JPEG_BYTES = 30 * MEBIBYTE;
const PING_BYTES = encodePing(0).length;
const PONG_BYTES = encodePong(0, 0, 0).length;
const UNKNOWN_TYPE = 200;

describe('limits of time and traffic', () => {
  let clock: FakeClock;
  let server: SyntheticServer;
  let clients: RawClient[];

  beforeEach(() => {
    clock = new FakeClock();
    clients = [];
  });

  afterEach(async () => {
    await Promise.all(clients.map((client) => client.destroy()));
    await server.stop();
    expect(clock.pending).toBe(0);
  });

  it('HELLO has to be complete within 5 s, however much of it has come', async () => {
    await start();
    const silent = await connect();
    const slow = await connect();
    const bytes = encodeHello({ version: 1, name: 'slow', subscriptions: [] });
    for (const byte of bytes.subarray(0, 4)) {
      slow.send(Buffer.of(byte));
      clock.advance(SECOND_US);
    }
    clock.advance(SECOND_US - 1);
    await roundTrip(await welcomed());
    expect(server.sockets.size).toBe(3);
    clock.advance(1);
    for (const client of [silent, slow]) expect(await client.closed).toMatchObject({ code: 'HELLO_TIMEOUT' });
    expect(server.clients.count).toBe(1);
  });

  it('256 connections may say nothing; for one more, the oldest of them goes', async () => {
    await start();
    for (let count = 0; count < 256 + 4; count += 1) clients.push(await RawClient.connect(server.port));
    await Promise.all(clients.slice(0, 4).map((client) => client.closed));
    const newcomer = await welcomed();
    await clients[4]?.closed;
    await roundTrip(newcomer);
    // The newcomer is among them, no longer silent.
    await until(() => server.sockets.size === 256);
  });

  it('a client that says nothing for 60 s is ended, one that says anything is not', async () => {
    await start();
    const silent = await welcomed();
    const alive = await welcomed();
    for (let tenSeconds = 0; tenSeconds < 6; tenSeconds += 1) {
      await roundTrip(alive);
      expect(server.clients.count).toBe(2);
      clock.advance(10 * SECOND_US);
    }
    expect(await silent.closed).toMatchObject({ code: 'IDLE_TIMEOUT' });
    await roundTrip(alive);
  });

  it('a client may send 1 MiB a second, and no byte more', async () => {
    await start();
    const client = await welcomed();
    clock.advance(SECOND_US);
    for (let second = 0; second < 3; second += 1) {
      client.send(filler(MEBIBYTE - PING_BYTES));
      await roundTrip(client);
      clock.advance(SECOND_US);
    }
    client.send(Buffer.concat([filler(MEBIBYTE), Buffer.alloc(1)]));
    expect(await client.closed).toMatchObject({ code: 'TOO_MANY_MESSAGES' });
  });

  it('256 KiB of answers may wait for a client that does not read, and no more', async () => {
    await start({ jpegBytes: HUGE_JPEG_BYTES });
    const client = await welcomed(0);
    stuff();
    await ask(client, 256 * KIBIBYTE);
    expect(server.clients.count).toBe(1);
    await ask(client, PONG_BYTES);
    expect(server.clients.count).toBe(0);
    expect(server.log.at(-1)).toMatchObject({ msg: 'client gone', code: 'TOO_FAR_BEHIND' });
  });

  it('answers that were read do not count', async () => {
    await start({ jpegBytes: HUGE_JPEG_BYTES });
    const client = await welcomed(0);
    for (let round = 0; round < 3; round += 1) {
      const sequence = stuff();
      await ask(client, 100 * KIBIBYTE);
      client.allow(Infinity);
      await until(() => server.greatestBacklogBytes === 0);
      client.stopReading();
      client.acknowledge(sequence);
      await until(() => server.stream.subscribers[0]?.counters.acknowledged === sequence + 1);
    }
    expect(server.clients.count).toBe(1);
  });

  it('refusals of one kind are one line a second in the log, which counts the others', async () => {
    await start({ token: 'right' });
    for (let attempt = 0; attempt < 100; attempt += 1) await refused('wrong', 'BAD_TOKEN');
    expect(refusals()).toEqual([['BAD_TOKEN', 0]]);
    clock.advance(SECOND_US);
    await refused('wrong', 'BAD_TOKEN');
    await refused('right', 'UNKNOWN_STREAM', 'nothing');
    expect(refusals()).toEqual([
      ['BAD_TOKEN', 0],
      ['BAD_TOKEN', 99],
      ['UNKNOWN_STREAM', 0],
    ]);
  });

  it('a full server refuses one more client until one goes', async () => {
    await start({ maxClients: 2 });
    const first = await welcomed();
    await welcomed();
    await refused('', 'SERVER_FULL');
    await first.destroy();
    await until(() => server.clients.count === 1);
    await welcomed();
  });

  async function start(options: SyntheticServerOptions = {}): Promise<void> {
    server = await SyntheticServer.start({ clock, ...options });
  }

  async function connect(allowanceBytes = Infinity): Promise<RawClient> {
    const client = await RawClient.connect(server.port, { allowanceBytes });
    clients.push(client);
    await until(() => [...server.sockets].some((socket) => socket.remotePort === client.socket.localPort));
    return client;
  }

  /** A client that is subscribed to every frame. */
  async function welcomed(allowanceBytes = Infinity): Promise<RawClient> {
    const { count } = server.clients;
    const client = await connect(allowanceBytes);
    client.hello({ subscriptions: [{ policy: 'every' }] });
    await until(() => server.clients.count > count);
    return client;
  }

  async function refused(token: string, code: string, stream?: string): Promise<void> {
    const client = await connect();
    client.hello({ token, subscriptions: [{ stream }] });
    expect(await client.closed).toMatchObject({ code });
  }

  function refusals(): unknown[] {
    return server.log.filter(({ msg }) => msg === 'client refused').map((line) => [line['code'], line['suppressed']]);
  }

  /** Resolves when the server has taken everything that the client sent before, and is still there. */
  async function roundTrip(client: RawClient): Promise<void> {
    const answers = client.messages.filter(({ type }) => type === MessageType.PONG).length;
    client.send(encodePing(0));
    await client.received(MessageType.PONG, answers + 1);
  }

  /** Publishes more than any kernel takes for a client that does not read, but not too much for policy `every`. */
  function stuff(): number {
    server.stream.publish();
    return server.stream.publish();
  }

  /** Asks for so many bytes of answers; resolves when the server has read that. */
  async function ask(client: RawClient, answerBytes: number): Promise<void> {
    const count = Math.floor(answerBytes / PONG_BYTES);
    client.send(Buffer.concat(Array.from({ length: count }, () => encodePing(0))));
    const { localPort } = client.socket;
    const peer = [...server.sockets].find(({ remotePort }) => remotePort === localPort);
    await until(() => peer?.bytesRead === client.socket.bytesWritten);
  }
});

/** `lengthBytes` of messages that mean nothing. */
function filler(lengthBytes: number): Buffer {
  const parts: Buffer[] = [];
  for (let left = lengthBytes; left > 0;) {
    const bodyBytes = Math.min(left, 65_536) - PREFIX_BYTES;
    parts.push(message(UNKNOWN_TYPE, Buffer.alloc(bodyBytes)));
    left -= bodyBytes + PREFIX_BYTES;
  }
  return Buffer.concat(parts);
}
