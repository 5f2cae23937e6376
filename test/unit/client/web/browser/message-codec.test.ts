import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as browser from '../../../../../client/web/browser/message-codec.js';
import type { ServerMessage } from '../../../../../client/web/browser/message-codec.js';
import { StreamerError } from '../../../../../shared/errors.js';
import * as codec from '../../../../../shared/protocol/codec.js';
import { MAX_BODY_BYTES, MessageType } from '../../../../../shared/protocol/messages.js';
import { message as hostileMessage, prefix } from '../../../../helpers/hostile-bytes.js';
import { invalidVectors, validVectors } from '../../../../helpers/vectors.js';

const toClients = <T extends { readonly direction: string }>(vectors: readonly T[]): T[] =>
  vectors.filter(({ direction }) => direction !== 'client-to-server');

/** The browser is a device of benchmarks, and never their coordinator. */
const COORDINATORS_KINDS: readonly unknown[] = ['opened', 'devices', 'deviceProgress', 'deviceResult'];
const isForCoordinators = ({ type, fields }: (typeof validVectors)[number]): boolean =>
  type === 'BENCH' && COORDINATORS_KINDS.includes(fields?.['kind']);

describe('valid vectors', () => {
  it.each(toClients(validVectors).filter((vector) => !isForCoordinators(vector)))(
    '$name decodes',
    ({ hex, type, fields }) => {
      const message = browser.decodeMessage(bytesOf(hex));
      expect(message && flatten(message)).toStrictEqual(type === null ? null : { type, ...fields });
    },
  );

  it.each(validVectors.filter(isForCoordinators))('$name is not for a device', ({ hex }) => {
    expect(() => browser.decodeMessage(bytesOf(hex))).toThrow(expect.objectContaining({ code: 'BAD_MESSAGE' }));
  });

  const sentByClients = validVectors.filter(
    ({ canonical, direction }) => canonical && direction !== 'server-to-client',
  );

  it.each(sentByClients)('$name is what its fields encode to', ({ hex, type, fields }) => {
    expect(Buffer.from(encode(type, fields as never)).toString('hex')).toBe(hex);
  });
});

describe('invalid vectors', () => {
  it.each(toClients(invalidVectors))('$name gives $error', ({ hex, error }) => {
    expect(() => browser.decodeMessage(bytesOf(hex))).toThrow(
      expect.objectContaining({ name: 'StreamerError', code: error }),
    );
  });

  it('that a client would have sent are refused by their type', () => {
    const fromClients = validVectors.filter(({ type }) => type === 'HELLO' || type === 'ACK' || type === 'STATS');
    for (const { hex } of fromClients) {
      expect(() => browser.decodeMessage(bytesOf(hex))).toThrow(
        expect.objectContaining({ code: 'UNEXPECTED_MESSAGE' }),
      );
    }
  });
});

describe('decodeMessage', () => {
  it('takes exactly one whole message', () => {
    const ping = codec.encodePing(1);
    for (let end = 0; end < ping.length; end += 1) {
      expect(() => browser.decodeMessage(exact(ping.subarray(0, end)))).toThrow(
        expect.objectContaining({ code: 'BAD_MESSAGE' }),
      );
    }
    expect(() => browser.decodeMessage(exact(Buffer.concat([ping, ping])))).toThrow(
      'PING.body is not as long as its prefix says.',
    );
  });

  it('names the field that is wrong, however deep it lies', () => {
    const welcome = validVectors.find(({ name }) => name === 'welcome')?.fields as { streams: object[] };
    const broken = (fields: object) => exact(codec.encodeWelcome({ ...welcome, ...fields } as never));
    const [stream] = welcome.streams;
    expect(() => browser.decodeMessage(broken({ statsIntervalMs: 9 }))).toThrow(
      'WELCOME.statsIntervalMs must be a number from 10 to 3600000.',
    );
    expect(() => browser.decodeMessage(broken({ streams: [stream, { ...stream, state: 'odd' }] }))).toThrow(
      /^WELCOME\.streams\[1\]\.state must be one of idle, /,
    );
    expect(() => browser.decodeMessage(broken({ streams: [{ ...stream, encoding: {} }] }))).toThrow(
      'WELCOME.streams[0].encoding.mode must be one of pass-through, encoded, unknown.',
    );
    expect(() => browser.decodeMessage(broken({ subscribed: [1, 0.5] }))).toThrow(
      'WELCOME.subscribed[1] must be a whole number.',
    );
  });

  it('gives the JPEG without copying it', () => {
    const header = validVectors.find(({ name }) => name === 'frame')?.fields as never;
    const bytes = exact(Buffer.concat([codec.encodeFrameHeader(header, 4), Buffer.from('ffd8ffd9', 'hex')]));
    const message = browser.decodeMessage(bytes);
    if (message?.type !== MessageType.FRAME) throw new Error('not a FRAME');
    expect(message.jpeg.buffer).toBe(bytes);
  });

  it('makes sentences printable that a server sent otherwise', () => {
    const body = JSON.stringify({ code: 'INTERNAL', message: '\u001b[2Jgone\nnow' });
    expect(browser.decodeMessage(message(MessageType.ERROR, Buffer.from(body)))).toEqual({
      type: MessageType.ERROR,
      body: { code: 'INTERNAL', message: '\uFFFD[2Jgone now' },
    });
  });

  it('throws nothing but its own error, whatever comes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expectOwnErrorOnly(exact(bytes));
      }),
    );
    const type = fc.constantFrom(...Object.values(MessageType), 0, 99, 255);
    const body = fc.oneof(
      fc.uint8Array({ maxLength: 80 }),
      fc.json().map((text) => Buffer.from(text)),
    );
    fc.assert(
      fc.property(type, body, (typeByte, bytes) => {
        expectOwnErrorOnly(message(typeByte, bytes));
      }),
    );
  });

  it('agrees with the codec of Node on every message', () => {
    const type = fc.constantFrom(MessageType.WELCOME, MessageType.STREAM, MessageType.ERROR, MessageType.BYE);
    const vectors = toClients(validVectors).map(({ fields }) => fields);
    const body = fc.tuple(fc.constantFrom(...vectors), fc.dictionary(fc.string(), fc.jsonValue())).map((parts) => {
      return Object.assign({}, ...parts);
    });
    fc.assert(
      fc.property(type, body, (typeByte, value) => {
        const bytes = Buffer.from(JSON.stringify(value));
        expect(outcome(() => browser.decodeMessage(message(typeByte, bytes)))).toEqual(
          outcome(() => codec.decodeMessage(typeByte, bytes)),
        );
      }),
    );
  });

  it('refuses a length before it takes memory for what it promises', () => {
    const longest = exact(prefix(MessageType.FRAME, MAX_BODY_BYTES[MessageType.FRAME]));
    expect(() => browser.decodeMessage(longest)).toThrow(expect.objectContaining({ code: 'BAD_MESSAGE' }));
    const longer = exact(prefix(MessageType.FRAME, MAX_BODY_BYTES[MessageType.FRAME] + 1));
    expect(() => browser.decodeMessage(longer)).toThrow(expect.objectContaining({ code: 'MESSAGE_TOO_LONG' }));
  });
});

describe('encoding', () => {
  it('refuses numbers that the wire cannot hold, and a HELLO that is too long', () => {
    for (const sequence of [-1, 0.5, 2 ** 53, NaN]) expect(() => browser.encodeAck(1, sequence)).toThrow(RangeError);
    const hello = { version: 1, name: 'x', token: 'ü'.repeat(8192), subscriptions: [] };
    expect(() => browser.encodeHello(hello)).toThrow(expect.objectContaining({ code: 'MESSAGE_TOO_LONG' }));
  });

  it('is that of Node for any numbers', () => {
    const u53 = fc.maxSafeNat();
    fc.assert(
      fc.property(fc.nat(65_535), u53, u53, u53, (streamId, a, b, c) => {
        expect(Buffer.from(browser.encodeAck(streamId, a))).toEqual(codec.encodeAck(streamId, a));
        expect(Buffer.from(browser.encodePing(a))).toEqual(codec.encodePing(a));
        expect(Buffer.from(browser.encodePong(a, b, c))).toEqual(codec.encodePong(a, b, c));
      }),
    );
  });
});

function bytesOf(hex: string): ArrayBuffer {
  return exact(Buffer.from(hex, 'hex'));
}

/** The bytes in a buffer of their own, as a WebSocket gives them. */
function exact(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}

function message(type: number, body: Uint8Array): ArrayBuffer {
  return exact(hostileMessage(type, Buffer.from(body)));
}

function expectOwnErrorOnly(bytes: ArrayBuffer): void {
  try {
    browser.decodeMessage(bytes);
  } catch (error) {
    expect(error).toBeInstanceOf(StreamerError);
  }
}

/** What a decoder gives, or the code of its error. */
function outcome(decode: () => unknown): unknown {
  try {
    return decode();
  } catch (error) {
    return error instanceof StreamerError ? error.code : error;
  }
}

/** A message in the form of a vector's fields, with its type's name. */
function flatten(decoded: ServerMessage): Record<string, unknown> {
  const { type, ...fields } = decoded;
  const name = Object.entries(MessageType).find(([, byte]) => byte === type)?.[0];
  if ('header' in fields) return { type: name, ...fields.header, jpeg: Buffer.from(fields.jpeg).toString('hex') };
  return { type: name, ...('body' in fields ? fields.body : fields) };
}

function encode(type: string | null, fields: never): ArrayBuffer {
  const { streamId, sequence, t0Us, t1Us, t2Us } = fields;
  switch (type) {
    case 'HELLO':
      return browser.encodeHello(fields);
    case 'BENCH':
      return browser.encodeBench(fields);
    case 'ACK':
      return browser.encodeAck(streamId, sequence);
    case 'PING':
      return browser.encodePing(t0Us);
    case 'PONG':
      return browser.encodePong(t0Us, t1Us, t2Us);
    case 'STATS':
      return browser.encodeStats(fields);
    case 'BYE':
      return browser.encodeBye(fields);
    default:
      throw new Error(`a client sends no ${type}`);
  }
}
