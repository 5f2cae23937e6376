import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../shared/errors.js';
import { encodeAck, encodeBye, encodePing, encodePong, encodeStats } from '../../shared/protocol/codec.js';
import { MAX_BODY_BYTES, MAX_UNKNOWN_BODY_BYTES, MessageType } from '../../shared/protocol/messages.js';
import { SERVER_ACCEPTS } from '../../shared/protocol/parser.js';
import { BesiegedServer, TOKEN } from '../helpers/besieged-server.js';
import { helloWith, message, prefix } from '../helpers/hostile-bytes.js';
import { RawClient } from '../helpers/raw-client.js';
import { SeededRandom } from '../helpers/seeded-random.js';

/** Greatest length that a prefix can name. */
const MAX_LENGTH = 0xffff_ffff;

describe('a server', () => {
  let besieged: BesiegedServer;

  beforeAll(async () => {
    besieged = await BesiegedServer.start();
  });
  afterEach(() => besieged.expectToServe());
  afterAll(() => besieged.stop());

  it.each(tooLong())('refuses a body too long for $name before it comes', async ({ type, limit, code }) => {
    expect(await besieged.refusalOf(prefix(type, limit + 1))).toBe(code);
    expect(await besieged.refusalOf(prefix(type, MAX_LENGTH - 1))).toBe(code);
  });

  it.each([
    ['a length of 0', Buffer.alloc(4), 'BAD_MESSAGE'],
    ['an HTTP request', Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'), 'MESSAGE_TOO_LONG'],
    ['a TLS ClientHello', Buffer.from('16030100f8010000f40303', 'hex'), 'MESSAGE_TOO_LONG'],
    ['nothing but 0xff', Buffer.alloc(100_000, 0xff), 'MESSAGE_TOO_LONG'],
    ['an ACK first', encodeAck(1, 0), 'UNEXPECTED_MESSAGE'],
    ['a PING first', encodePing(1), 'UNEXPECTED_MESSAGE'],
    ['STATS first', encodeStats({ intervalMs: 1000, streams: [] }), 'UNEXPECTED_MESSAGE'],
    ['a HELLO without a body', prefix(MessageType.HELLO, 0), 'BAD_MESSAGE'],
    ['a HELLO that is not JSON', message(MessageType.HELLO, '{"version":1,'), 'BAD_MESSAGE'],
    ['a HELLO that is not UTF-8', message(MessageType.HELLO, Buffer.from('{"name":"\xff"}', 'latin1')), 'BAD_MESSAGE'],
    ['a HELLO of 16 KiB of brackets', message(MessageType.HELLO, '['.repeat(16_384)), 'BAD_MESSAGE'],
    ['a HELLO nested 8,192 deep', message(MessageType.HELLO, '['.repeat(8192) + ']'.repeat(8192)), 'BAD_MESSAGE'],
    ['a HELLO hidden in __proto__', message(MessageType.HELLO, `{"__proto__":${helloWith({})}}`), 'BAD_MESSAGE'],
    ['a HELLO of version 65535', message(MessageType.HELLO, helloWith({ version: 65_535 })), 'BAD_VERSION'],
    ['a HELLO of version -1', message(MessageType.HELLO, helloWith({ version: -1 })), 'BAD_MESSAGE'],
    ['a HELLO with 65 subscriptions', message(MessageType.HELLO, helloWith({ count: 65 })), 'BAD_MESSAGE'],
    ['a HELLO with 5,000 subscriptions', message(MessageType.HELLO, helloWith({ count: 5000 })), 'BAD_MESSAGE'],
    ['a name of 16,000 characters', message(MessageType.HELLO, helloWith({ name: 'x'.repeat(16_000) })), 'BAD_MESSAGE'],
    ['a name with an escape', message(MessageType.HELLO, helloWith({ name: '\u001b[2J' })), 'BAD_MESSAGE'],
    ['no token', message(MessageType.HELLO, helloWith({})), 'BAD_TOKEN'],
    ['a token that is a number', message(MessageType.HELLO, helloWith({ token: 1 })), 'BAD_MESSAGE'],
    ['an unknown stream', message(MessageType.HELLO, helloWith({ token: TOKEN, stream: 'nothing' })), 'UNKNOWN_STREAM'],
    [
      'a stream of __proto__',
      message(MessageType.HELLO, helloWith({ token: TOKEN, stream: '__proto__' })),
      'UNKNOWN_STREAM',
    ],
  ])('refuses %s', async (_name, bytes, code) => {
    expect(await besieged.refusalOf(bytes)).toBe(code);
  });

  it.each([
    ['a second HELLO', message(MessageType.HELLO, helloWith({ token: TOKEN })), 'UNEXPECTED_MESSAGE'],
    ['a WELCOME', message(MessageType.WELCOME, '{}'), 'UNEXPECTED_MESSAGE'],
    ['a FRAME', prefix(MessageType.FRAME, 100), 'UNEXPECTED_MESSAGE'],
    ['an ERROR', message(MessageType.ERROR, '{"code":"X","message":""}'), 'UNEXPECTED_MESSAGE'],
    ['an ACK of a frame that was not sent', encodeAck(1, Number.MAX_SAFE_INTEGER), 'BAD_MESSAGE'],
    ['an ACK of a stream that does not exist', encodeAck(65_535, 0), 'BAD_MESSAGE'],
    ['an ACK of frame 2^64 - 1', message(MessageType.ACK, Buffer.alloc(10, 0xff)), 'BAD_MESSAGE'],
    ['an ACK that is too short', message(MessageType.ACK, Buffer.alloc(9)), 'BAD_MESSAGE'],
    ['a PING of a time above 2^53', message(MessageType.PING, Buffer.alloc(8, 0xff)), 'BAD_MESSAGE'],
    ['STATS of a negative count', message(MessageType.STATS, '{"intervalMs":-1,"streams":[]}'), 'BAD_MESSAGE'],
    ['STATS with 1e999', message(MessageType.STATS, '{"intervalMs":1e999,"streams":[]}'), 'BAD_MESSAGE'],
    ['STATS nested 32,768 deep', message(MessageType.STATS, '['.repeat(32_768) + ']'.repeat(32_768)), 'BAD_MESSAGE'],
    ['a length of 0', Buffer.alloc(4), 'BAD_MESSAGE'],
  ])('refuses %s after HELLO', async (_name, bytes, code) => {
    const client = await besieged.welcomed('hostile');
    client.send(bytes);
    expect((await client.closed)?.code).toBe(code);
  });

  it('ignores what means nothing', async () => {
    const client = await besieged.welcomed('harmless');
    client.send(encodePong(1, 2, 3));
    client.send(message(200, Buffer.alloc(MAX_UNKNOWN_BODY_BYTES)));
    client.send(encodePing(42));
    await client.received(MessageType.PONG);
    client.send(encodeBye({ code: 'CLIENT_CLOSING', message: '' }));
    expect(await client.closed).toBeNull();
  });

  it('takes HELLO byte by byte, with keys that mean nothing, from a client that then says no more', async () => {
    const client = await RawClient.connect(besieged.server.port);
    const body = helloWith({ token: TOKEN, count: 64, more: { ['__proto__']: { admin: true }, constructor: 1 } });
    for (const byte of message(MessageType.HELLO, body)) {
      client.send(Buffer.of(byte));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await client.received(MessageType.WELCOME);
    client.socket.end();
    expect(await client.closed).toBeNull();
  });

  it('refuses conversations with wrong bytes in them for a reason, or takes them at their word', async () => {
    const random = new SeededRandom(20_240_229);
    const seen = new Set<string | undefined>();
    for (let batch = 0; batch < 10; batch += 1) {
      const ends = await Promise.all(
        Array.from({ length: 50 }, () => besieged.refusalOf(mutatedConversation(random), { ends: true })),
      );
      for (const code of ends) seen.add(code);
    }
    const known = [
      undefined,
      'BAD_MESSAGE',
      'MESSAGE_TOO_LONG',
      'UNEXPECTED_MESSAGE',
      'BAD_TOKEN',
      'BAD_VERSION',
      'UNKNOWN_STREAM',
    ];
    expect(known).toEqual(expect.arrayContaining([...seen]));
    expect(seen.size).toBeGreaterThan(2);
  });

  it('does all this beside a client that notices nothing', () => besieged.expectUnharmed());
});

/** Every type, known or not, with its limit and the error for a body above it. */
function tooLong(): { name: string; type: number; limit: number; code: ErrorCode }[] {
  const known = Object.entries(MessageType).map(([name, type]) => {
    const code = SERVER_ACCEPTS.has(type) ? 'MESSAGE_TOO_LONG' : 'UNEXPECTED_MESSAGE';
    return { name, type, limit: MAX_BODY_BYTES[type], code } as const;
  });
  const unknown = [0, 14, 255].map((type) => {
    return { name: `type ${type}`, type, limit: MAX_UNKNOWN_BODY_BYTES, code: 'MESSAGE_TOO_LONG' } as const;
  });
  return [...known, ...unknown];
}

/** A conversation of a client that is allowed in, with a few bytes that are not as they were. */
function mutatedConversation(random: SeededRandom): Buffer {
  const hello = message(MessageType.HELLO, helloWith({ token: TOKEN, stream: 'cam' }));
  const bytes = Buffer.concat([hello, encodePing(1), encodeStats({ intervalMs: 1000, streams: [] }), encodePing(2)]);
  const changes = 1 + random.below(4);
  for (let change = 0; change < changes; change += 1) bytes[random.below(bytes.length)] = random.below(256);
  return bytes;
}
