import { isDeepStrictEqual } from 'node:util';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { encodeAck, encodeFrameHeader, encodePing } from '../../../../shared/protocol/codec.js';
import { MAX_BODY_BYTES, MAX_UNKNOWN_BODY_BYTES, MessageType } from '../../../../shared/protocol/messages.js';
import { PREFIX_BYTES, type Message } from '../../../../shared/protocol/messages.js';
import { CLIENT_ACCEPTS, MessageParser, SERVER_ACCEPTS } from '../../../../shared/protocol/parser.js';
import { receiversOf, validVectors } from '../../../helpers/vectors.js';

const JPEG = Buffer.from('ffd8ffd9', 'hex');
const FRAME = Buffer.concat([
  encodeFrameHeader(
    {
      streamId: 1,
      format: 1,
      timeSource: 'arrival',
      sequence: 7,
      captureTimeUs: 1_700_000_000_000_000,
      decodedOffsetUs: 1,
      processedOffsetUs: 2,
      encodeStartOffsetUs: 3,
      encodedOffsetUs: 4,
      publishedOffsetUs: 5,
      clockErrorUs: 6,
      width: 7,
      height: 8,
      flags: 0,
    },
    JPEG.length,
  ),
  JPEG,
]);

describe.each([
  ['server', SERVER_ACCEPTS],
  ['client', CLIENT_ACCEPTS],
])('the parser of a %s', (_side, accepts) => {
  const stream = Buffer.concat(
    validVectors
      .filter((vector) => receiversOf(vector).includes(accepts) && vector.hex.length < 2000)
      .map((vector) => Buffer.from(vector.hex, 'hex')),
  );
  const expected = parse([stream]);

  it('reads a stream of every message in one piece', () => {
    expect(new Set(expected.map((message) => message.type))).toEqual(accepts);
  });

  it('reads it byte by byte', () => {
    expect(parse([...stream].map((byte) => Buffer.of(byte)))).toStrictEqual(expected);
  });

  it('reads it cut in two at any place', () => {
    for (let at = 0; at <= stream.length; at++) {
      const messages = parse([stream.subarray(0, at), stream.subarray(at)]);
      if (!isDeepStrictEqual(messages, expected)) expect.unreachable(`cut at ${at}`);
    }
  });

  it('reads it cut at random', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(stream.length), { maxLength: 40 }), (cuts) => {
        const edges = [0, ...cuts.sort((a, b) => a - b), stream.length];
        const pieces = edges.slice(1).map((end, index) => stream.subarray(edges[index], end));
        expect(parse(pieces)).toStrictEqual(expected);
      }),
    );
  });

  it('delivers each message with its last byte and holds nothing between messages', () => {
    const messages: Message[] = [];
    const parser = new MessageParser({ accepts, onMessage: (message) => messages.push(message) });
    const ping = encodePing(5);
    for (let times = 1; times <= 3; times++) {
      parser.push(ping.subarray(0, -1));
      expect(messages).toHaveLength(times - 1);
      parser.push(ping.subarray(-1));
      expect(messages).toHaveLength(times);
      expect(parser.bufferedBytes).toBe(0);
    }
  });

  function parse(chunks: readonly Buffer[]): Message[] {
    const messages: Message[] = [];
    const parser = new MessageParser({ accepts, onMessage: (message) => messages.push(message) });
    for (const chunk of chunks) parser.push(chunk);
    return messages;
  }
});

describe('memory', () => {
  it('is not copied for a message that lies whole in its chunk', () => {
    const chunk = Buffer.concat([FRAME, encodePing(1)]);
    const { messages } = receive(CLIENT_ACCEPTS, [chunk]);
    const jpeg = jpegOf(messages[0]);
    expect(jpeg.buffer).toBe(chunk.buffer);
    expect(jpeg.byteOffset).toBe(chunk.byteOffset + FRAME.length - JPEG.length);
  });

  it('is copied when the chunk will be written to again', () => {
    const messages: Message[] = [];
    const onMessage = (message: Message) => messages.push(message);
    const parser = new MessageParser({ accepts: CLIENT_ACCEPTS, onMessage, reusesChunks: true });
    const chunk = Buffer.from(FRAME);
    parser.push(chunk);
    chunk.fill(0);
    expect(jpegOf(messages[0])).toEqual(JPEG);
  });

  it('of a message that is cut is exactly its body, taken once the prefix is known', () => {
    const { parser } = receive(CLIENT_ACCEPTS, []);
    for (const bytes of [1, 2, 3, 4]) {
      parser.push(FRAME.subarray(bytes - 1, bytes));
      expect(parser.bufferedBytes).toBe(bytes);
    }
    for (let at = PREFIX_BYTES; at < FRAME.length; at++) {
      parser.push(FRAME.subarray(at - 1, at));
      expect(parser.bufferedBytes).toBe(FRAME.length - PREFIX_BYTES);
    }
    parser.push(FRAME.subarray(-1));
    expect(parser.bufferedBytes).toBe(0);
  });

  it('of a message that is cut does not depend on the chunks it came in', () => {
    const chunks = [Buffer.from(FRAME.subarray(0, -2)), Buffer.from(FRAME.subarray(-2))];
    const { messages } = receive(CLIENT_ACCEPTS, chunks);
    for (const chunk of chunks) chunk.fill(0);
    expect(jpegOf(messages[0])).toStrictEqual(JPEG);
  });

  it('is not taken for a message of an unknown type', () => {
    const { parser, messages } = receive(CLIENT_ACCEPTS, [prefix(200, MAX_UNKNOWN_BODY_BYTES)]);
    const piece = Buffer.alloc(1000);
    for (let left = MAX_UNKNOWN_BODY_BYTES; left > 0; left -= piece.length) {
      parser.push(piece.subarray(0, left));
      expect(parser.bufferedBytes).toBe(0);
    }
    parser.push(encodePing(9));
    expect(messages).toStrictEqual([{ type: MessageType.PING, t0Us: 9 }]);
  });

  it('is given back after an error', () => {
    const { parser } = receive(SERVER_ACCEPTS, [Buffer.concat([prefix(MessageType.STATS, 60_000), Buffer.alloc(10)])]);
    expect(parser.bufferedBytes).toBe(60_000);
    expect(() => parser.push(Buffer.alloc(59_990))).toThrow('STATS.body is not JSON in UTF-8.');
    expect(parser.bufferedBytes).toBe(0);
  });
});

describe('limits', () => {
  const knownTypes = Object.entries(MessageType);

  it.each(knownTypes)('%s may be as long as its limit and not a byte longer', (_name, type) => {
    const accepts = SERVER_ACCEPTS.has(type) ? SERVER_ACCEPTS : CLIENT_ACCEPTS;
    const { parser } = receive(accepts, [prefix(type, MAX_BODY_BYTES[type])]);
    expect(parser.bufferedBytes).toBe(MAX_BODY_BYTES[type]);
    expect(() => receive(accepts, [prefix(type, MAX_BODY_BYTES[type] + 1)])).toThrow(
      expect.objectContaining({ code: 'MESSAGE_TOO_LONG' }),
    );
  });

  it.each(knownTypes)('%s is refused by a side that does not accept it, whatever its length', (_name, type) => {
    for (const bodyBytes of [0, 1, 2 ** 32 - 2]) {
      expect(() => receive(new Set(), [prefix(type, bodyBytes)])).toThrow(
        expect.objectContaining({ code: 'UNEXPECTED_MESSAGE' }),
      );
    }
  });

  it('hold for unknown types', () => {
    const tooLong = expect.objectContaining({ code: 'MESSAGE_TOO_LONG' });
    expect(receive(SERVER_ACCEPTS, [prefix(200, MAX_UNKNOWN_BODY_BYTES)]).messages).toStrictEqual([]);
    expect(() => receive(SERVER_ACCEPTS, [prefix(200, MAX_UNKNOWN_BODY_BYTES + 1)])).toThrow(tooLong);
    expect(() => receive(SERVER_ACCEPTS, [Buffer.alloc(5, 0xff)])).toThrow(tooLong);
  });

  it('are checked with the last byte of a prefix that comes in pieces', () => {
    const bytes = prefix(MessageType.ACK, 11);
    const { parser } = receive(SERVER_ACCEPTS, [bytes.subarray(0, 2), bytes.subarray(2, 4)]);
    expect(() => parser.push(bytes.subarray(4))).toThrow(expect.objectContaining({ code: 'MESSAGE_TOO_LONG' }));
  });

  it('find a length of 0 with its fourth byte, however it is cut', () => {
    const zero = expect.objectContaining({ code: 'BAD_MESSAGE' });
    for (const chunks of [[4], [5], [1, 3], [3, 1], [3, 2], [1, 1, 1, 1]]) {
      expect(() => receive(SERVER_ACCEPTS, [encodePing(0), ...chunks.map((bytes) => Buffer.alloc(bytes))])).toThrow(
        zero,
      );
    }
    expect(receive(SERVER_ACCEPTS, [Buffer.alloc(3)]).parser.bufferedBytes).toBe(3);
  });
});

describe('failure', () => {
  it('is final: every further push throws the same error', () => {
    const { parser, messages } = receive(SERVER_ACCEPTS, [encodePing(1)]);
    const error = catchError(() => parser.push(prefix(MessageType.FRAME, 10)));
    expect(error).toMatchObject({ name: 'StreamerError', code: 'UNEXPECTED_MESSAGE' });
    for (const chunk of [encodePing(2), Buffer.alloc(0)]) expect(catchError(() => parser.push(chunk))).toBe(error);
    expect(messages).toHaveLength(1);
  });

  it('comes after the messages before it', () => {
    const { parser, messages } = receive(SERVER_ACCEPTS, []);
    expect(() => parser.push(Buffer.concat([encodeAck(1, 1), encodeAck(1, 2), Buffer.alloc(4)]))).toThrow('length 0');
    expect(messages).toMatchObject([{ sequence: 1 }, { sequence: 2 }]);
  });

  it.each(['in one chunk', 'cut'])('of onMessage passes through and stops the rest of the stream, %s', (how) => {
    const refusal = new Error('refused');
    const seen: Message[] = [];
    const parser = new MessageParser({
      accepts: SERVER_ACCEPTS,
      onMessage: (message) => {
        seen.push(message);
        if (seen.length === 2) throw refusal;
      },
    });
    const bytes = Buffer.concat([encodeAck(1, 1), encodeAck(1, 2), encodeAck(1, 3)]);
    const chunks = how === 'cut' ? [bytes.subarray(0, 20), bytes.subarray(20)] : [bytes];
    expect(catchError(() => chunks.forEach((chunk) => parser.push(chunk)))).toBe(refusal);
    expect(catchError(() => parser.push(encodeAck(1, 4)))).toBe(refusal);
    expect(seen).toMatchObject([{ sequence: 1 }, { sequence: 2 }]);
  });
});

function receive(accepts: ReadonlySet<MessageType>, chunks: readonly Buffer[]) {
  const messages: Message[] = [];
  const parser = new MessageParser({ accepts, onMessage: (message) => messages.push(message) });
  for (const chunk of chunks) parser.push(chunk);
  return { parser, messages };
}

function prefix(type: number, bodyBytes: number): Buffer {
  const bytes = Buffer.alloc(PREFIX_BYTES);
  bytes.writeUInt32BE(bodyBytes + 1, 0);
  bytes.writeUInt8(type, 4);
  return bytes;
}

function jpegOf(message: Message | undefined): Buffer {
  if (message?.type !== MessageType.FRAME) throw new Error('not a FRAME');
  return message.jpeg;
}

function catchError(action: () => void): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}
