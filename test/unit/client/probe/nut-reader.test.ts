import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NutReader } from '../../../../client/probe/nut-reader.js';
import { nutFile } from '../../../helpers/nut-file.js';
import type { NutFrame } from '../../../helpers/nut-file.js';

/** What is read of `file` when it comes in pieces of `pieceBytes`. */
function readAll(file: Buffer, pieceBytes: number) {
  const frames: { ptsUs: number; data: Buffer }[] = [];
  const reader = new NutReader((data, ptsUs) => frames.push({ ptsUs, data: Buffer.from(data) }));
  for (let at = 0; at < file.length; at += pieceBytes) reader.push(file.subarray(at, at + pieceBytes));
  return frames;
}

const frame = (ptsUs: number, text: string, low = false): NutFrame => ({ ptsUs, data: Buffer.from(text), low });

describe('NutReader', () => {
  it('gives each frame its time stamp, however the file is cut', () => {
    const written = [frame(1_000_000, 'one'), frame(1_000_040, 'two', true), frame(3_000_000_000_000, 'three')];
    const expected = written.map(({ ptsUs, data }) => ({ ptsUs, data }));
    for (const pieceBytes of [1, 2, 7, 100, 100_000]) expect(readAll(nutFile(written), pieceBytes)).toEqual(expected);
  });

  it('takes low bits for the time stamp that is nearest to the one before', () => {
    const steps = [1000, 1060, 1030, 1090, 1030];
    const frames = steps.map((ptsUs) => frame(ptsUs, 'x', true));
    expect(readAll(nutFile(frames), 1000).map(({ ptsUs }) => ptsUs)).toEqual(steps);
  });

  it('reads any frames in any pieces', () => {
    const arbitrary = fc.record({ ptsUs: fc.nat(2 ** 40), data: fc.uint8Array({ minLength: 1, maxLength: 300 }) });
    fc.assert(
      fc.property(fc.array(arbitrary, { maxLength: 8 }), fc.integer({ min: 1, max: 600 }), (frames, pieceBytes) => {
        const written = frames.map(({ ptsUs, data }) => ({ ptsUs, data: Buffer.from(data) }));
        expect(readAll(nutFile(written), pieceBytes)).toEqual(written);
      }),
    );
  });

  it.each([
    ['what is no NUT', Buffer.from('nut/multimedia contained\0')],
    ['a frame before the headers', Buffer.concat([nutFile([]).subarray(0, 25), Buffer.of(1, 2, 3)])],
    ['a number without end', Buffer.concat([nutFile([]).subarray(0, 33), Buffer.alloc(20, 0xff)])],
    ['a header that is too long', Buffer.concat([nutFile([]).subarray(0, 33), Buffer.of(0xff, 0xff, 0xff, 0x7f)])],
    ['an empty frame', nutFile([{ ptsUs: 1, data: Buffer.alloc(0) }])],
  ])('refuses %s', (_, file) => {
    expect(() => readAll(file, 1000)).toThrow(RangeError);
  });

  it('throws nothing else, whatever comes, and keeps little of it', () => {
    const file = nutFile([frame(1000, 'one'), frame(1040, 'two')]);
    const change = fc.record({ at: fc.nat(file.length - 1), byte: fc.nat(255) });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 5 }), (changes) => {
        const broken = Buffer.from(file);
        for (const { at, byte } of changes) broken[at] = byte;
        try {
          readAll(broken, 50);
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(RangeError);
        }
      }),
    );
  });
});
