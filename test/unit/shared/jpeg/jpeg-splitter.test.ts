import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { JpegSplitter } from '../../../../shared/jpeg/jpeg-splitter.js';
import { EOI, SOI, builtJpeg, segment } from '../../../helpers/built-jpeg.js';
import { bytewise, cutAt, cuts } from '../../../helpers/chunked.js';
import { errorOf } from '../../../helpers/error-of.js';
import { THUMBNAIL, jpegsWith } from '../../../helpers/jpeg-arbitrary.js';

const MAX_BYTES = 1_000_000;
const pictures = jpegsWith();

/** What holds no SOI; a 0xff at its end would be a part of the next picture's fill. */
const garbage = fc
  .uint8Array({ maxLength: 20 })
  .map((bytes) => Buffer.from(bytes.map((byte) => (byte === 0xff ? 0xfe : byte))));

describe('JpegSplitter', () => {
  it('cuts any pictures out of anything, however they are chunked', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(garbage, pictures), { maxLength: 5 }), garbage, cuts, (items, rest, cut) => {
        const { jpegs, starts } = split(cut(Buffer.concat([...items.flat(), rest])));
        expect(jpegs).toEqual(items.map(([, picture]) => picture));
        expect(starts).toBe(items.length);
      }),
    );
  });

  it('follows the longest segment there is', () => {
    const jpeg = builtJpeg({ segments: [segment(0xe1, Buffer.alloc(65_533).fill(EOI))] });
    expect(split(cutAt(jpeg, [3, 4, 5, 30_000, 65_538])).jpegs).toEqual([jpeg]);
  });

  it('delivers a picture with its last byte, and tells its start with its second', () => {
    const events: string[] = [];
    const splitter = splitterOf({ onStart: () => events.push('start'), onJpeg: () => events.push('picture') });
    const jpeg = builtJpeg();
    for (const times of [1, 2]) {
      splitter.push(jpeg.subarray(0, 1));
      expect(events).toHaveLength(2 * times - 2);
      splitter.push(jpeg.subarray(1, 2));
      expect(events).toHaveLength(2 * times - 1);
      splitter.push(jpeg.subarray(2, -1));
      expect(events).toHaveLength(2 * times - 1);
      splitter.push(jpeg.subarray(-1));
      expect(events).toHaveLength(2 * times);
    }
    expect(events).toEqual(['start', 'picture', 'start', 'picture']);
  });

  it.each([
    ['in one piece', (bytes: Buffer) => [bytes]],
    ['byte by byte', bytewise],
  ])('leaves out a picture that is broken off by the next, thumbnail and all, %s', (_name, cut) => {
    const whole = builtJpeg({ segments: [THUMBNAIL] });
    const broken = whole.subarray(0, -2);
    const { jpegs, starts } = split(cut(Buffer.concat([broken, SOI, broken, whole])));
    expect(jpegs).toEqual([whole]);
    expect(starts).toBe(4);
  });

  it('leaves out a picture that is not complete at the end', () => {
    const splitter = splitterOf({ onJpeg: () => expect.unreachable() });
    splitter.push(builtJpeg().subarray(0, -1));
    splitter.end();
    expect(splitter.bufferedBytes).toBe(0);
  });

  it('does not keep the chunks, which may be written to again', () => {
    const jpeg = builtJpeg({ scans: [Buffer.alloc(5000, 7)] });
    const { jpegs } = split(bytewise(Buffer.concat([jpeg, jpeg])), (chunk) => chunk.fill(0));
    const { jpegs: inOne } = split([Buffer.concat([jpeg, jpeg])], (chunk) => chunk.fill(0));
    expect([...jpegs, ...inOne]).toEqual([jpeg, jpeg, jpeg, jpeg]);
  });

  it('takes a picture of exactly the limit, and none that is longer', () => {
    const jpeg = builtJpeg({ scans: [Buffer.alloc(5000, 7)] });
    for (const chunks of [[jpeg], bytewise(jpeg)]) {
      expect(split(chunks, undefined, jpeg.length).jpegs).toEqual([jpeg]);
      const error = errorOf(() => split(chunks, undefined, jpeg.length - 1));
      expect(error.code).toBe('SOURCE_BAD_ANSWER');
      expect(error.message).toContain(`a picture of more than ${jpeg.length - 1} bytes`);
    }
  });

  it('throws as soon as a picture without an end is too long, and never holds more than that', () => {
    const jpegs: Buffer[] = [];
    const splitter = splitterOf({ onJpeg: (jpeg) => jpegs.push(jpeg) }, 100_000);
    splitter.push(builtJpeg().subarray(0, -2));
    const chunk = Buffer.alloc(1000, 1);
    const pushUntilItThrows = () => {
      for (let pushed = 0; pushed <= 100_000; pushed += chunk.length) splitter.push(chunk);
    };
    expect(errorOf(pushUntilItThrows).code).toBe('SOURCE_BAD_ANSWER');
    expect(splitter.bufferedBytes).toBeLessThanOrEqual(100_000 + chunk.length);
    expect(jpegs).toEqual([]);
  });

  it('holds nothing of garbage without end', () => {
    const splitter = splitterOf({ onStart: () => expect.unreachable() });
    for (let times = 0; times < 100; times++) {
      splitter.push(Buffer.alloc(10_000, times % 2 === 0 ? 0xff : 0xd9));
      expect(splitter.bufferedBytes).toBeLessThanOrEqual(4096 + 10_000);
    }
  });

  it('survives anything: no other error, no more memory, no more bytes than came', () => {
    const limit = 500;
    fc.assert(
      fc.property(
        fc.array(fc.oneof(pictures, garbage, fc.constantFrom(SOI, EOI))),
        fc.nat(),
        cuts,
        (items, at, cut) => {
          const bytes = Buffer.concat(items);
          if (bytes.length > 0) bytes[at % bytes.length] = 0xff;
          const chunks = cut(bytes);
          const longest = chunks.reduce((most, chunk) => Math.max(most, chunk.length), 0);
          let delivered = 0;
          const splitter = splitterOf({ onJpeg: (jpeg) => (delivered += jpeg.length) }, limit);
          try {
            for (const chunk of chunks) {
              splitter.push(chunk);
              expect(splitter.bufferedBytes).toBeLessThanOrEqual(Math.max(4096, limit) + longest);
            }
          } catch (thrown) {
            expect(thrown).toMatchObject({ code: 'SOURCE_BAD_ANSWER' });
          }
          expect(delivered).toBeLessThanOrEqual(bytes.length);
        },
      ),
    );
  });

  interface Callbacks {
    readonly onStart?: () => void;
    readonly onJpeg?: (jpeg: Buffer) => void;
  }

  function splitterOf({ onStart = () => {}, onJpeg = () => {} }: Callbacks, maxBytes = MAX_BYTES): JpegSplitter {
    return new JpegSplitter({ maxBytes, onStart, onJpeg });
  }

  function split(chunks: readonly Buffer[], afterPush: (chunk: Buffer) => void = () => {}, maxBytes = MAX_BYTES) {
    const jpegs: Buffer[] = [];
    let starts = 0;
    const splitter = splitterOf({ onStart: () => (starts += 1), onJpeg: (jpeg) => jpegs.push(jpeg) }, maxBytes);
    for (const bytes of chunks) {
      const chunk = Buffer.from(bytes);
      splitter.push(chunk);
      afterPush(chunk);
    }
    return { jpegs, starts };
  }
});
