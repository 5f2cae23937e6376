import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameSkimmer } from '../../../../client/load/frame-skimmer.js';
import type { SkimmedFrame } from '../../../../client/load/frame-skimmer.js';
import { StreamerError } from '../../../../shared/errors.js';
import { encodeCredit, encodeFrameHeader, encodePing, encodeSkipped } from '../../../../shared/protocol/codec.js';
import { MessageType } from '../../../../shared/protocol/messages.js';
import type { FrameHeader, Message } from '../../../../shared/protocol/messages.js';
import { CLIENT_ACCEPTS, MessageParser } from '../../../../shared/protocol/parser.js';
import { cuts } from '../../../helpers/chunked.js';
import { errorOf } from '../../../helpers/error-of.js';
import { publishedFrame } from '../../../helpers/fake-frames.js';
import { message, prefix } from '../../../helpers/hostile-bytes.js';

const anyJpeg = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  fc.uint8Array({ maxLength: 300 }).map((bytes) => wholeJpeg(Buffer.from(bytes))),
);
const anyMessage: fc.Arbitrary<Buffer> = fc.oneof(
  fc.tuple(fc.nat(1e9), anyJpeg).map(([sequence, jpeg]) => frameBytes(sequence, jpeg)),
  fc.nat(1e9).map((us) => encodePing(us)),
  fc.constant(encodeCredit(1, 5)),
  fc.constant(encodeSkipped(1, 4, 9)),
  fc.uint8Array({ maxLength: 60 }).map((body) => message(99, Buffer.from(body))),
);

describe('FrameSkimmer', () => {
  it('finds what a parser of whole messages finds, however the bytes are cut', () => {
    fc.assert(
      fc.property(fc.array(anyMessage, { maxLength: 12 }), cuts, (messages, cut) => {
        const bytes = Buffer.concat(messages);
        expect(skimmed(cut(bytes))).toEqual(parsed(bytes));
      }),
    );
  });

  it('keeps nothing of the memory that it is given', () => {
    const bytes = Buffer.concat([
      frameBytes(1, wholeJpeg(Buffer.alloc(500, 1))),
      frameBytes(2, wholeJpeg(Buffer.alloc(9))),
    ]);
    const buffer = Buffer.alloc(64);
    const found: SkimmedFrame[] = [];
    const skimmer = new FrameSkimmer(fail, (frame) => found.push(frame));
    for (let offset = 0; offset < bytes.length; offset += buffer.length) {
      const length = bytes.copy(buffer, 0, offset);
      skimmer.push(buffer, length, 0);
      buffer.fill(0xee);
    }
    expect(found.map(({ header, jpegBytes, isWhole }) => [header.sequence, jpegBytes, isWhole])).toEqual([
      [1, 504, true],
      [2, 13, true],
    ]);
  });

  it('tells when the last byte came', () => {
    const bytes = frameBytes(7, wholeJpeg(Buffer.alloc(100)));
    const times: number[] = [];
    const skimmer = new FrameSkimmer(fail, (_, receivedTimeUs) => times.push(receivedTimeUs));
    skimmer.push(bytes, 80, 1000);
    skimmer.push(bytes.subarray(80), bytes.length - 81, 2000);
    expect(times).toEqual([]);
    skimmer.push(bytes.subarray(-1), 1, 3000);
    expect(times).toEqual([3000]);
  });

  it.each([
    ['a FRAME that is too long', prefix(MessageType.FRAME, 40 * 1024 * 1024), 'MESSAGE_TOO_LONG'],
    ['a FRAME of another format', message(MessageType.FRAME, Buffer.alloc(100, 9)), 'BAD_MESSAGE'],
    ['a FRAME without a whole header', message(MessageType.FRAME, Buffer.alloc(20)), 'BAD_MESSAGE'],
    ['a message for servers', prefix(MessageType.HELLO, 10), 'UNEXPECTED_MESSAGE'],
    ['a length of 0', Buffer.alloc(5), 'BAD_MESSAGE'],
  ])('refuses %s', (_, bytes, code) => {
    const skimmer = new FrameSkimmer(
      () => undefined,
      () => undefined,
    );
    expect(errorOf(() => skimmer.push(bytes, bytes.length, 0)).code).toBe(code);
  });

  it('throws nothing but errors of the protocol for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.constantFrom(1, 3, 8, 12), (bytes, type) => {
        const start = prefix(type, bytes.length >> 1);
        try {
          skimmed([Buffer.concat([start, Buffer.from(bytes)])]);
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(StreamerError);
        }
      }),
    );
  });
});

type Found = { readonly header: FrameHeader; readonly jpegBytes: number; readonly isWhole: boolean } | Message;

function skimmed(chunks: readonly Buffer[]): Found[] {
  const found: Found[] = [];
  const skimmer = new FrameSkimmer(
    (other) => found.push(other.type === MessageType.FRAME ? frameOf(other) : other),
    (frame) => found.push(frame),
  );
  for (const chunk of chunks) skimmer.push(chunk, chunk.length, 0);
  return found;
}

function parsed(bytes: Buffer): Found[] {
  const found: Found[] = [];
  const parser = new MessageParser({
    accepts: CLIENT_ACCEPTS,
    onMessage: (other) => found.push(other.type === MessageType.FRAME ? frameOf(other) : other),
  });
  parser.push(bytes);
  return found;
}

function frameOf({ header, jpeg }: Extract<Message, { readonly type: 3 }>): Found {
  const isWhole = jpeg.length >= 4 && jpeg.readUInt16BE(0) === 0xffd8 && jpeg.readUInt16BE(jpeg.length - 2) === 0xffd9;
  return { header, jpegBytes: jpeg.length, isWhole };
}

function frameBytes(sequence: number, jpeg: Buffer): Buffer {
  return Buffer.concat([encodeFrameHeader(publishedFrame(sequence).header, jpeg.length), jpeg]);
}

function wholeJpeg(content: Buffer): Buffer {
  return Buffer.concat([Buffer.from([0xff, 0xd8]), content, Buffer.from([0xff, 0xd9])]);
}

function fail(): never {
  throw new Error('only frames were sent');
}
