import { describe, expect, it } from 'vitest';

import * as codec from '../../../../shared/protocol/codec.js';
import { MessageType, PREFIX_BYTES, type Message } from '../../../../shared/protocol/messages.js';
import { MessageParser } from '../../../../shared/protocol/parser.js';
import { invalidVectors, receiversOf, validVectors } from '../../../helpers/vectors.js';

describe('valid vectors', () => {
  it('cover every type of message', () => {
    expect(new Set(validVectors.map((vector) => vector.type))).toEqual(new Set([null, ...Object.keys(MessageType)]));
  });

  it.each(validVectors)('$name decodes', (vector) => {
    const bytes = Buffer.from(vector.hex, 'hex');
    const expected = vector.type === null ? [] : [{ type: vector.type, ...vector.fields }];
    for (const accepts of receiversOf(vector)) {
      const messages: Message[] = [];
      new MessageParser({ accepts, onMessage: (message) => messages.push(message) }).push(bytes);
      expect(messages.map(flatten)).toStrictEqual(expected);
    }
  });

  it.each(validVectors.filter((vector) => vector.canonical))('$name is what its fields encode to', (vector) => {
    const message = codec.decodeMessage(typeByte(vector.hex), bodyOf(vector.hex));
    if (message === null) throw new Error('a canonical vector has a known type');
    expect(encode(message).toString('hex')).toBe(vector.hex);
  });
});

describe('invalid vectors', () => {
  it.each(invalidVectors)('$name gives $error', (vector) => {
    for (const accepts of receiversOf(vector)) {
      const parser = new MessageParser({ accepts, onMessage: () => expect.unreachable() });
      expect(() => parser.push(Buffer.from(vector.hex, 'hex'))).toThrow(
        expect.objectContaining({ name: 'StreamerError', code: vector.error }),
      );
    }
  });
});

function typeByte(hex: string): number {
  return Buffer.from(hex, 'hex').readUInt8(PREFIX_BYTES - 1);
}

function bodyOf(hex: string): Buffer {
  return Buffer.from(hex, 'hex').subarray(PREFIX_BYTES);
}

/** A message in the form of a vector's fields, with its type's name. */
function flatten(message: Message): Record<string, unknown> {
  const { type, ...fields } = message;
  const name = Object.entries(MessageType).find(([, byte]) => byte === type)?.[0];
  if ('header' in fields) return { type: name, ...fields.header, jpeg: fields.jpeg.toString('hex') };
  return { type: name, ...('body' in fields ? fields.body : fields) };
}

function encode(message: Message): Buffer {
  switch (message.type) {
    case MessageType.HELLO:
      return codec.encodeHello(message.body);
    case MessageType.WELCOME:
      return codec.encodeWelcome(message.body);
    case MessageType.FRAME:
      return Buffer.concat([codec.encodeFrameHeader(message.header, message.jpeg.length), message.jpeg]);
    case MessageType.ACK:
      return codec.encodeAck(message.streamId, message.sequence);
    case MessageType.PING:
      return codec.encodePing(message.t0Us);
    case MessageType.PONG:
      return codec.encodePong(message.t0Us, message.t1Us, message.t2Us);
    case MessageType.STATS:
      return codec.encodeStats(message.body);
    case MessageType.STREAM:
      return codec.encodeStream(message.body);
    case MessageType.ERROR:
      return codec.encodeError(message.body);
    case MessageType.BYE:
      return codec.encodeBye(message.body);
    case MessageType.CREDIT:
      return codec.encodeCredit(message.streamId, message.ackEvery);
    case MessageType.SKIPPED:
      return codec.encodeSkipped(message.streamId, message.first, message.last);
    case MessageType.BENCH:
      return codec.encodeBench(message.body);
  }
}
