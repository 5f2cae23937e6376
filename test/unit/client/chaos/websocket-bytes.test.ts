import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Opcode, ServerFrames, clientFrame } from '../../../../client/chaos/websocket-bytes.js';

/** A frame of a server: RFC 6455, section 5.2, without a mask. */
function serverFrame(opcode: number, payload: Buffer): Buffer {
  const { length } = payload;
  const head = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10);
  head[0] = 0x80 | opcode;
  head[1] = length < 126 ? length : length < 65_536 ? 126 : 127;
  if (length >= 65_536) head.writeBigUInt64BE(BigInt(length), 2);
  else if (length >= 126) head.writeUInt16BE(length, 2);
  return Buffer.concat([head, payload]);
}

function unmasked(frame: Buffer, headBytes: number): Buffer {
  const mask = frame.subarray(headBytes, headBytes + 4);
  return Buffer.from(frame.subarray(headBytes + 4).map((byte, i) => byte ^ (mask[i % 4] ?? 0)));
}

describe('ServerFrames', () => {
  it('gives every payload, however the bytes are cut', () => {
    const frame = fc.record({
      opcode: fc.constantFrom(Opcode.BINARY, Opcode.CLOSE, Opcode.PING),
      lengthBytes: fc.oneof(fc.nat(300), fc.constantFrom(0, 125, 126, 65_535, 65_536)),
    });
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 5 }), fc.array(fc.integer({ min: 1, max: 70_000 })), (frames, cuts) => {
        const bytes = Buffer.concat(
          frames.map(({ opcode, lengthBytes }, i) => serverFrame(opcode, Buffer.alloc(lengthBytes, i))),
        );
        const got = new Map<string, number>();
        const parser = new ServerFrames((opcode, piece) => {
          expect(piece.length).toBeGreaterThan(0);
          expect(piece.every((byte) => byte === piece[0])).toBe(true);
          const key = `${piece[0]} ${opcode}`;
          got.set(key, (got.get(key) ?? 0) + piece.length);
        });
        let from = 0;
        for (const cut of [...cuts, Infinity]) {
          parser.push(bytes.subarray(from, from + cut));
          from += cut;
          if (from >= bytes.length) break;
        }
        const wanted = frames.flatMap(({ opcode, lengthBytes }, i) =>
          lengthBytes === 0 ? [] : [[`${i} ${opcode}`, lengthBytes] as const],
        );
        expect([...got]).toEqual(wanted);
      }),
      { numRuns: 50 },
    );
  });

  it('takes a head that comes a byte at a time', () => {
    const pieces: Buffer[] = [];
    const parser = new ServerFrames((_opcode, piece) => pieces.push(Buffer.from(piece)));
    for (const byte of serverFrame(Opcode.BINARY, Buffer.alloc(130, 7))) parser.push(Buffer.of(byte));
    expect(Buffer.concat(pieces)).toEqual(Buffer.alloc(130, 7));
  });

  it('holds no more than a head of whatever comes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => {
        let handed = 0;
        new ServerFrames((_opcode, piece) => (handed += piece.length)).push(Buffer.from(bytes));
        expect(handed).toBeLessThanOrEqual(bytes.length);
      }),
    );
  });
});

describe('clientFrame', () => {
  it.each([
    [5, 2],
    [125, 2],
    [126, 4],
    [70_000, 10],
  ])('masks %i bytes', (lengthBytes, headBytes) => {
    const payload = Buffer.alloc(lengthBytes, 0x5a);
    const frame = clientFrame(Opcode.BINARY, payload);
    expect(frame[0]).toBe(0x82);
    expect((frame[1] ?? 0) & 0x80).toBe(0x80);
    expect(unmasked(frame, headBytes)).toEqual(payload);
  });

  it('may lie about its length', () => {
    const frame = clientFrame(Opcode.BINARY, Buffer.alloc(0), 2 ** 40);
    expect(frame.readBigUInt64BE(2)).toBe(2n ** 40n);
  });
});
