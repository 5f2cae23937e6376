import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import * as codec from '../../../../shared/protocol/codec.js';
import {
  FRAME_HEADER_BYTES,
  MAX_BODY_BYTES,
  MAX_JPEG_BYTES,
  MAX_REASON_CHARS,
  MAX_STREAMS,
} from '../../../../shared/protocol/messages.js';
import { MessageType, PREFIX_BYTES } from '../../../../shared/protocol/messages.js';
import type { FrameHeader, Message, StreamInfo } from '../../../../shared/protocol/messages.js';

const u16 = fc.nat(65_535);
const u53 = fc.maxSafeNat();

const HEADER: FrameHeader = {
  streamId: 1,
  format: 1,
  timeSource: 'schedule',
  sequence: 42,
  captureTimeUs: 1_700_000_001_400_000,
  decodedOffsetUs: 2100,
  processedOffsetUs: 2300,
  encodeStartOffsetUs: 2350,
  encodedOffsetUs: 7900,
  publishedOffsetUs: 8000,
  clockErrorUs: 0,
  width: 1280,
  height: 720,
  flags: 0,
};

const STREAM: StreamInfo = {
  id: 1,
  name: 'a',
  width: 1,
  height: 1,
  fps: 1,
  timeSource: 'arrival',
  startTimeUs: 0,
  encoding: { mode: 'unknown', reason: '' },
  state: 'live',
};

/** No stream takes more bytes: three of UTF-8 for each character of the reason, and the longest of all numbers. */
const LONGEST_STREAM: StreamInfo = {
  id: 65_535,
  name: 's'.repeat(64),
  width: 65_535,
  height: 65_535,
  fps: 1.234_567_890_123_456e-300,
  timeSource: 'schedule',
  startTimeUs: Number.MAX_SAFE_INTEGER,
  encoding: { mode: 'pass-through', reason: '€'.repeat(MAX_REASON_CHARS) },
  state: 'connecting',
};

describe('binary messages', () => {
  it('come back as they went, whatever their numbers', () => {
    fc.assert(
      fc.property(u16, u53, u53, u53, fc.integer({ min: 1, max: 65_535 }), (streamId, a, b, c, ackEvery) => {
        expect(decode(codec.encodeAck(streamId, a))).toStrictEqual({ type: MessageType.ACK, streamId, sequence: a });
        expect(decode(codec.encodePing(a))).toStrictEqual({ type: MessageType.PING, t0Us: a });
        expect(decode(codec.encodePong(a, b, c))).toStrictEqual({ type: MessageType.PONG, t0Us: a, t1Us: b, t2Us: c });
        const [first, last] = a < b ? [a, b] : [b, a];
        const skipped = { type: MessageType.SKIPPED, streamId, first, last };
        expect(decode(codec.encodeSkipped(streamId, first, last))).toStrictEqual(skipped);
        const credit = { type: MessageType.CREDIT, streamId, ackEvery };
        expect(decode(codec.encodeCredit(streamId, ackEvery))).toStrictEqual(credit);
      }),
    );
  });

  it('refuse to encode numbers that the wire cannot hold', () => {
    for (const sequence of [-1, 0.5, 2 ** 53, NaN, Infinity]) {
      expect(() => codec.encodeAck(1, sequence)).toThrow(RangeError);
    }
    expect(() => codec.encodeAck(65_536, 0)).toThrow(RangeError);
    expect(() => codec.encodeCredit(1, -1)).toThrow(RangeError);
  });

  it('name the message and the field that is wrong', () => {
    expect(() => codec.decodeMessage(MessageType.PONG, Buffer.alloc(24, 0xff))).toThrow('PONG.t0 is above 2^53 - 1.');
    expect(() => codec.decodeMessage(MessageType.PING, Buffer.alloc(9))).toThrow('PING.body has 9 bytes instead of 8.');
    expect(() => codec.decodeMessage(MessageType.CREDIT, Buffer.alloc(4))).toThrow('CREDIT.ackEvery is 0.');
  });
});

describe('FRAME', () => {
  const frameHeaders: fc.Arbitrary<FrameHeader> = fc.record(
    {
      streamId: u16,
      format: fc.constant(1),
      timeSource: fc.constantFrom('schedule', 'arrival', 'source'),
      sequence: u53,
      captureTimeUs: u53,
      decodedOffsetUs: fc.nat(2 ** 32 - 1),
      processedOffsetUs: fc.nat(2 ** 32 - 1),
      encodeStartOffsetUs: fc.nat(2 ** 32 - 1),
      encodedOffsetUs: fc.nat(2 ** 32 - 1),
      publishedOffsetUs: fc.nat(2 ** 32 - 1),
      clockErrorUs: fc.nat(2 ** 32 - 1),
      width: fc.integer({ min: 1, max: 65_535 }),
      height: fc.integer({ min: 1, max: 65_535 }),
      flags: u16,
    },
    { noNullPrototype: true },
  );

  it('comes back as it went', () => {
    fc.assert(
      fc.property(frameHeaders, fc.uint8Array({ minLength: 1, maxLength: 100 }), (header, bytes) => {
        const jpeg = Buffer.from(bytes);
        const encoded = Buffer.concat([codec.encodeFrameHeader(header, jpeg.length), jpeg]);
        expect(encoded.readUInt32BE(0)).toBe(encoded.length - 4);
        expect(decode(encoded)).toStrictEqual({ type: MessageType.FRAME, header, jpeg });
      }),
    );
  });

  it.each([
    [-1, 0],
    [0, 0],
    [0.6, 1],
    [2 ** 32 - 1, 2 ** 32 - 1],
    [2 ** 32 - 0.5, 2 ** 32 - 1],
    [2 ** 32, 2 ** 32 - 1],
    [Infinity, 2 ** 32 - 1],
    [NaN, 0],
  ])('carries an offset of %d us as %d', (offsetUs, carriedUs) => {
    const header = {
      ...HEADER,
      decodedOffsetUs: offsetUs,
      processedOffsetUs: offsetUs,
      encodeStartOffsetUs: offsetUs,
      encodedOffsetUs: offsetUs,
      publishedOffsetUs: offsetUs,
      clockErrorUs: offsetUs,
    };
    expect(decodeFrameHeader(header)).toStrictEqual({
      ...HEADER,
      decodedOffsetUs: carriedUs,
      processedOffsetUs: carriedUs,
      encodeStartOffsetUs: carriedUs,
      encodedOffsetUs: carriedUs,
      publishedOffsetUs: carriedUs,
      clockErrorUs: carriedUs,
    });
  });

  it('holds a JPEG of the greatest length and no longer one', () => {
    expect(codec.encodeFrameHeader(HEADER, MAX_JPEG_BYTES).readUInt32BE(0)).toBe(1 + MAX_BODY_BYTES[MessageType.FRAME]);
    expect(() => codec.encodeFrameHeader(HEADER, MAX_JPEG_BYTES + 1)).toThrow(
      expect.objectContaining({ code: 'MESSAGE_TOO_LONG' }),
    );
  });

  it('shares the memory of its JPEG', () => {
    const body = Buffer.alloc(FRAME_HEADER_BYTES + 6);
    codec.encodeFrameHeader(HEADER, 6).copy(body, 0, PREFIX_BYTES);
    const message = codec.decodeMessage(MessageType.FRAME, body);
    body[FRAME_HEADER_BYTES] = 0xff;
    expect(message).toMatchObject({ jpeg: Buffer.from([0xff, 0, 0, 0, 0, 0]) });
  });

  function decodeFrameHeader(header: FrameHeader): FrameHeader {
    const message = decode(Buffer.concat([codec.encodeFrameHeader(header, 1), Buffer.alloc(1)]));
    if (message?.type !== MessageType.FRAME) throw new Error('not a FRAME');
    return message.header;
  }
});

describe('JSON messages', () => {
  const notice = (message: string) => ({ code: 'INTERNAL', message });

  it('over their limit are not sent', () => {
    const hello = { version: 1, name: 'x', subscriptions: [] };
    const room = MAX_BODY_BYTES[MessageType.HELLO] - JSON.stringify({ ...hello, token: '' }).length;
    expect(codec.encodeHello({ ...hello, token: 't'.repeat(room) })).toHaveLength(PREFIX_BYTES + 16 * 1024);
    expect(() => codec.encodeHello({ ...hello, token: 't'.repeat(room + 1) })).toThrow(
      expect.objectContaining({ code: 'MESSAGE_TOO_LONG', message: expect.stringContaining('HELLO') }),
    );
  });

  it('count their limit in bytes, not in characters', () => {
    expect(() => codec.encodeHello({ version: 1, name: 'ü'.repeat(10_000), subscriptions: [] })).toThrow(
      expect.objectContaining({ code: 'MESSAGE_TOO_LONG' }),
    );
  });

  it.each([codec.encodeError, codec.encodeBye])('%o always fits its sentence in', (encode) => {
    for (const text of ['ü', '€', '"', '\\', '\u0000', '\ud800', '😀', '\n']) {
      expect(decode(encode(notice(text.repeat(5000))))).toMatchObject({ body: { code: 'INTERNAL' } });
    }
  });

  it('carry a sentence on one line, printable, and cut', () => {
    expect(decode(codec.encodeError(notice('one\r\n\ttwo\u001b[31m\u202e')))).toMatchObject({
      body: notice('one two\uFFFD[31m\uFFFD'),
    });
    expect(decode(codec.encodeBye(notice('x'.repeat(1025))))).toMatchObject({ body: notice('x'.repeat(1024)) });
    expect(decode(codec.encodeError(notice('x'.repeat(1023) + '😀')))).toMatchObject({
      body: notice('x'.repeat(1023) + '\uFFFD'),
    });
  });

  it('carry the reason of a STREAM in the same way', () => {
    const change = { event: 'down', stream: { ...STREAM, state: 'offline' } } as const;
    expect(decode(codec.encodeStream({ ...change, reason: notice('a\nb') }))).toStrictEqual({
      type: MessageType.STREAM,
      body: { ...change, reason: notice('a b') },
    });
  });

  it('have room for as many streams as there may be, of the longest values', () => {
    const streams = Array.from({ length: MAX_STREAMS }, (_, n) => ({ ...LONGEST_STREAM, id: 65_535 - n }));
    const subscribed = streams.map(({ id }) => id);
    const welcome = { version: 1, sessionId: '€'.repeat(128), statsIntervalMs: 3_600_000, streams, subscribed };
    expect(decode(codec.encodeWelcome(welcome))).toStrictEqual({ type: MessageType.WELCOME, body: welcome });
  });

  it('have room for the longest stream and its reason', () => {
    const change = { event: 'appeared', stream: LONGEST_STREAM, reason: notice('€'.repeat(1024)) } as const;
    expect(decode(codec.encodeStream(change))).toStrictEqual({ type: MessageType.STREAM, body: change });
  });

  it('make the reason of an encoding printable that a peer sent otherwise', () => {
    const encoding = { mode: 'encoded', reason: 'the source is \u001b[2Jh264' } as const;
    const body = Buffer.from(JSON.stringify({ event: 'changed', stream: { ...STREAM, encoding } }));
    const clean = { mode: 'encoded', reason: 'the source is \uFFFD[2Jh264' };
    expect(codec.decodeMessage(MessageType.STREAM, body)).toMatchObject({ body: { stream: { encoding: clean } } });
  });

  it('make a sentence printable that a peer sent otherwise', () => {
    const body = Buffer.from(JSON.stringify(notice('\u001b]0;title\u0007')));
    expect(codec.decodeMessage(MessageType.ERROR, body)).toMatchObject({ body: notice('\uFFFD]0;title\uFFFD') });
  });
});

it('knows nothing of other types', () => {
  for (const type of [0, 14, 255]) expect(codec.decodeMessage(type, Buffer.alloc(3))).toBeNull();
});

function decode(bytes: Buffer): Message | null {
  return codec.decodeMessage(bytes.readUInt8(4), bytes.subarray(PREFIX_BYTES));
}
