import { createConnection } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { encodeAck, encodeHello, encodePing } from '../../shared/protocol/codec.js';
import { MessageType } from '../../shared/protocol/messages.js';
import { CLIENT_ACCEPTS, MessageParser, SERVER_ACCEPTS } from '../../shared/protocol/parser.js';
import { FakeClock } from '../helpers/fake-clock.js';
import { message, prefix } from '../helpers/hostile-bytes.js';
import { frame, Opcode, RawWebSocket } from '../helpers/raw-websocket.js';
import type { FrameFaults } from '../helpers/raw-websocket.js';
import { SeededRandom } from '../helpers/seeded-random.js';
import { SyntheticWebSocketServer } from '../helpers/synthetic-websocket-server.js';
import { until } from '../helpers/until.js';
import { invalidVectors, receiversOf, validVectors } from '../helpers/vectors.js';
import { WebSocketClient } from '../helpers/websocket-client.js';

const HELLO = encodeHello({ version: 1, name: 'hostile', subscriptions: [] });
/** Longer than every message that a client may send. */
const TOO_LONG = 65_536 + 6;
const MIB = 1024 * 1024;

const binary = (payload: Buffer | string, faults?: FrameFaults) => frame(Opcode.BINARY, payload, faults);

describe('a WebSocket server', () => {
  let server: SyntheticWebSocketServer;
  let good: WebSocketClient;
  const clock = new FakeClock();

  beforeAll(async () => {
    server = await SyntheticWebSocketServer.start({ clock });
    good = await WebSocketClient.open(server.url());
  });
  /** Who behaves notices nothing, and nothing is left of who does not. */
  afterEach(async () => {
    await good.reached(server.stream.publish());
    expect(good.audit.figures).toMatchObject({ lost: 0, skipped: 0, outOfOrder: 0 });
    await until(() => server.sockets.size === 1);
    expect(server.clients.count).toBe(1);
    expect(server.log.filter((line) => line['level'] === 'error')).toEqual([]);
    // What one second may bring is over with each test.
    clock.advance(1_000_000);
  });
  afterAll(() => server.stop());

  it.each([
    ['a frame that is not masked', binary(HELLO, { masked: false }), 1002],
    ['RSV1 without an extension', binary(HELLO, { rsv: 4 }), 1002],
    ['RSV2', binary(HELLO, { rsv: 2 }), 1002],
    ['a kind of frame that is not defined', frame(3, HELLO), 1002],
    ['a control frame that is not defined', frame(11), 1002],
    ['a continuation of nothing', frame(Opcode.CONTINUATION, HELLO), 1002],
    ['a message within a message', Buffer.concat([binary('', { fin: false }), binary(HELLO)]), 1002],
    ['a ping in pieces', frame(Opcode.PING, '', { fin: false }), 1002],
    ['a ping of 126 bytes', frame(Opcode.PING, Buffer.alloc(126)), 1002],
    ['a close of one byte', frame(Opcode.CLOSE, 'x'), 1002],
    ['a close with a code that nobody may send', frame(Opcode.CLOSE, Buffer.from('03ee', 'hex')), 1002],
    ['a close with a reason that is not UTF-8', frame(Opcode.CLOSE, Buffer.from('03e8ff', 'hex')), 1007],
    ['text that is not UTF-8', frame(Opcode.TEXT, Buffer.from('ff', 'hex')), 1007],
    ['a message too long for any client, at its head', binary('', { length: TOO_LONG }), 1009],
    ['a message of 2^40 bytes, at its head', binary('', { length: 2 ** 40 }), 1009],
    ['a message of 2^53 bytes, at its head', binary('', { length: 2 ** 53 }), 1009],
    ['a message that gets too long piece by piece', pieces(5, 20_000), 1009],
    ['a message of 10,000 tiny pieces', pieces(10_000, 1), 1008],
    ['a message of 10,000 empty pieces', pieces(10_000, 0), 1008],
  ])('ends %s with the close code of RFC 6455', async (_name, bytes, code) => {
    for (const more of [bytes, Buffer.concat([binary(HELLO), bytes])]) {
      const client = await RawWebSocket.connect(server.port, '/ws', { more });
      expect(await client.closed).toMatchObject({ code });
    }
  });

  it.each([
    ['text', frame(Opcode.TEXT, '{}'), 'BAD_MESSAGE'],
    ['an empty message', binary(''), 'BAD_MESSAGE'],
    ['less than a prefix', binary(HELLO.subarray(0, 4)), 'BAD_MESSAGE'],
    ['a part of a message', binary(HELLO.subarray(0, 20)), 'BAD_MESSAGE'],
    ['two messages in one', binary(Buffer.concat([HELLO, encodePing(1)])), 'BAD_MESSAGE'],
    ['one byte more than a message', binary(Buffer.concat([HELLO, Buffer.alloc(1)])), 'BAD_MESSAGE'],
    ['a prefix that names more than there is', binary(prefix(MessageType.HELLO, 16_384)), 'BAD_MESSAGE'],
    ['a HELLO longer than one may be', binary(message(MessageType.HELLO, 'x'.repeat(16_385))), 'MESSAGE_TOO_LONG'],
    ['an ACK first', binary(encodeAck(1, 0)), 'UNEXPECTED_MESSAGE'],
    ['a FRAME', binary(message(MessageType.FRAME, Buffer.alloc(60))), 'UNEXPECTED_MESSAGE'],
    ['a second HELLO', Buffer.concat([binary(HELLO), binary(HELLO)]), 'UNEXPECTED_MESSAGE'],
    ['text after HELLO', Buffer.concat([binary(HELLO), frame(Opcode.TEXT, 'x')]), 'BAD_MESSAGE'],
  ])('refuses %s with ERROR %s', async (_name, bytes, code) => {
    const client = await RawWebSocket.connect(server.port, '/ws');
    client.send(bytes);
    expect(await client.closed).toEqual({ code: code === 'MESSAGE_TOO_LONG' ? 1009 : 1008, reason: code });
    expect(lastNotice(client)).toBe(code);
  });

  it.each(invalidVectors.filter((vector) => receiversOf(vector).includes(SERVER_ACCEPTS)))(
    'refuses the invalid vector $name',
    async ({ hex }) => {
      const client = await RawWebSocket.connect(server.port, '/ws');
      client.send(binary(Buffer.from(hex, 'hex')));
      expect((await client.closed)?.code).toBeOneOf([1008, 1009]);
    },
  );

  it('takes every valid vector of a client, each in a message of its own', async () => {
    const vectors = validVectors.filter((vector) => receiversOf(vector).includes(SERVER_ACCEPTS));
    // Those that only say something: no second HELLO, no end, no frame acknowledged that was never sent.
    const harmless = vectors.filter(({ type }) => type === null || ['PING', 'PONG', 'STATS'].includes(type));
    expect(harmless.length).toBeGreaterThan(5);
    const client = await WebSocketClient.open(server.url(), { subscriptions: [] });
    for (const { hex } of harmless) client.send(Buffer.from(hex, 'hex'));
    await client.received(MessageType.PONG, harmless.filter(({ type }) => type === 'PING').length);
    await client.destroy();
  });

  it('takes bytes that come right behind the handshake, and one by one', async () => {
    const first = await RawWebSocket.connect(server.port, '/ws', { more: binary(HELLO) });
    await first.until(() => first.frames.length > 0);
    await first.destroy();
    const second = await RawWebSocket.connect(server.port, '/ws');
    for (const byte of binary(HELLO)) {
      second.send(Buffer.of(byte));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await second.until(() => second.frames.length > 0);
    await second.destroy();
  });

  it.each([
    ['pongs that nobody asked for', frame(Opcode.PONG, 'x'.repeat(100))],
    ['messages', binary(encodePing(1))],
  ])('ends a flood of %s', async (_name, one) => {
    const client = await RawWebSocket.connect(server.port, '/ws', { more: binary(HELLO) });
    const flood = Buffer.concat(new Array(Math.ceil((2 * MIB) / one.length)).fill(one));
    client.send(flood);
    expect(await client.closed).toEqual({ code: 1008, reason: 'TOO_MANY_MESSAGES' });
    expect(lastNotice(client)).toBe('TOO_MANY_MESSAGES');
  });

  it('cuts who sends more pings at once than there can be answers on their way', async () => {
    const client = await RawWebSocket.connect(server.port, '/ws', { more: binary(HELLO) });
    client.send(...new Array<Buffer>(10_000).fill(frame(Opcode.PING)));
    expect(await client.closed).toBeNull();
  });

  it('ends who sends more pings in a second than it takes', async () => {
    const client = await RawWebSocket.connect(server.port, '/ws', { more: binary(HELLO) });
    const pongs = () => client.frames.filter(({ opcode }) => opcode === Opcode.PONG).length;
    for (let pings = 50; pings <= 250; pings += 50) {
      client.send(...new Array<Buffer>(50).fill(frame(Opcode.PING)));
      await client.until(() => pongs() === pings);
    }
    client.send(...new Array<Buffer>(50).fill(frame(Opcode.PING)));
    expect(await client.closed).toEqual({ code: 1008, reason: 'TOO_MANY_MESSAGES' });
  });

  it('keeps no answers for who asks by ping and does not read', async () => {
    const client = await RawWebSocket.connect(server.port, '/ws', { more: binary(HELLO) });
    client.socket.pause();
    let greatestBacklog = 0;
    for (let second = 0; second < 200 && server.sockets.size > 1; second += 1) {
      client.send(...new Array(200).fill(frame(Opcode.PING, Buffer.alloc(125))));
      await new Promise((resolve) => setImmediate(resolve));
      greatestBacklog = Math.max(greatestBacklog, server.greatestBacklogBytes);
      clock.advance(1_000_000);
    }
    expect(greatestBacklog).toBeLessThan(256 * 1024);
    await client.destroy();
  });

  it('ends who says nothing for 5 seconds', async () => {
    const client = await RawWebSocket.connect(server.port, '/ws');
    clock.advance(5_000_000);
    expect(await client.closed).toEqual({ code: 1008, reason: 'HELLO_TIMEOUT' });
    expect(lastNotice(client)).toBe('HELLO_TIMEOUT');
  });

  it('has room for 256 that say nothing, and cuts the oldest for one more', async () => {
    const silent: RawWebSocket[] = [];
    for (let i = 0; i < 257; i += 1) silent.push(await RawWebSocket.connect(server.port, '/ws'));
    expect(await silent[0]!.closed).toBeNull();
    expect(server.sockets.size).toBe(1 + 256);
    await Promise.all(silent.map((client) => client.destroy()));
  });

  it('survives frames with wrong bytes in them', async () => {
    const random = new SeededRandom(20_261_121);
    const codes = new Set<number | null | undefined>();
    for (let batch = 0; batch < 10; batch += 1) {
      const ends = await Promise.all(Array.from({ length: 30 }, () => endOf(mutated(random))));
      for (const code of ends) codes.add(code);
    }
    expect([undefined, null, 1002, 1007, 1008, 1009]).toEqual(expect.arrayContaining([...codes]));
    expect(codes.size).toBeGreaterThan(2);
  });

  it.each([
    ['GET', { 'Sec-WebSocket-Key': 'short' }, 400],
    ['GET', { 'Sec-WebSocket-Version': '7' }, 400],
    ['POST', {}, 405],
  ])('answers a wrong handshake by %s with %o by HTTP %i', async (method, wrong, status) => {
    const headers = {
      ...{ Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13' },
      ...{ 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==', ...wrong },
    };
    const response = await fetchHead(server.port, method, headers);
    expect(response).toContain(`HTTP/1.1 ${status} `);
  });

  /** What comes of bytes behind which the client says no more. */
  async function endOf(bytes: Buffer): Promise<number | null | undefined> {
    const client = await RawWebSocket.connect(server.port, '/ws');
    client.send(bytes);
    client.socket.end();
    return (await client.closed)?.code;
  }
});

/** A message in so many pieces of so many bytes. */
function pieces(count: number, lengthBytes: number): Buffer {
  const payload = Buffer.alloc(lengthBytes);
  const first = binary(payload, { fin: false });
  const next = frame(Opcode.CONTINUATION, payload, { fin: false });
  return Buffer.concat([first, ...new Array<Buffer>(count - 1).fill(next)]);
}

/** A conversation with a few bytes that are not as they were. */
function mutated(random: SeededRandom): Buffer {
  const parts = [binary(HELLO), frame(Opcode.PING, 'ping'), binary(encodePing(1)), pieces(3, 10), frame(Opcode.CLOSE)];
  const bytes = Buffer.concat(parts);
  const changes = 1 + random.below(4);
  for (let change = 0; change < changes; change += 1) bytes[random.below(bytes.length)] = random.below(256);
  return bytes;
}

/** The code of the ERROR among what the server sent. */
function lastNotice({ frames }: RawWebSocket): string | undefined {
  let code: string | undefined;
  const parser = new MessageParser({
    accepts: CLIENT_ACCEPTS,
    onMessage: (it) => {
      if (it.type === MessageType.ERROR) code = it.body.code;
    },
  });
  for (const { opcode, payload } of frames) if (opcode === Opcode.BINARY) parser.push(payload);
  return code;
}

/** The head of the answer to a request with exactly these headers. */
async function fetchHead(port: number, method: string, headers: Record<string, string>): Promise<string> {
  const socket = createConnection({ host: '127.0.0.1', port });
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`${method} /ws HTTP/1.1\r\nHost: localhost\r\n${lines.join('')}\r\n`);
  let answer = '';
  for await (const chunk of socket) answer += String(chunk);
  return answer;
}
