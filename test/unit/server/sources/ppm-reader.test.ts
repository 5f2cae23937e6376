import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PicturePool } from '../../../../server/sources/picture-pool.js';
import { PpmReader } from '../../../../server/sources/ppm-reader.js';
import type { PpmPicture } from '../../../../server/sources/ppm-reader.js';
import type { StreamerError } from '../../../../shared/errors.js';
import { FakeClock } from '../../../helpers/fake-clock.js';

interface Shape {
  readonly width: number;
  readonly height: number;
  readonly fill: number;
}

function ppm({ width, height, fill }: Shape): Buffer {
  return Buffer.concat([Buffer.from(`P6\n${width} ${height}\n255\n`), Buffer.alloc(width * height * 3, fill)]);
}

function setUp({ maxLent = 2, keep = false } = {}) {
  const clock = new FakeClock(1_000_000);
  const pictures: PpmPicture[] = [];
  const errors: StreamerError[] = [];
  const counts = { drops: 0, ends: 0 };
  const reader = new PpmReader(new PicturePool(maxLent), clock, {
    onPicture: (picture) => {
      pictures.push({ ...picture, data: Buffer.from(picture.data) });
      if (!keep) picture.release();
    },
    onDrop: () => (counts.drops += 1),
    onFailure: (error) => errors.push(error),
    onEnd: () => (counts.ends += 1),
  });
  /** Writes as a child's output is read: never more at once than fits, nor than `atOnce`. */
  const write = (bytes: Buffer, atOnce = Infinity) => {
    for (let offset = 0; offset < bytes.length;) {
      const target = reader.target();
      expect(target.length).toBeGreaterThan(0);
      const length = Math.min(target.length, bytes.length - offset, atOnce);
      bytes.copy(target, 0, offset, offset + length);
      offset += length;
      expect(reader.filled(length)).toBe(true);
    }
  };
  return { clock, reader, pictures, errors, counts, write };
}

const shapes = ({ width, height, data }: PpmPicture): Shape => ({ width, height, fill: data[0] ?? -1 });

describe('PpmReader', () => {
  it('reads pictures of any sizes however they are cut up', () => {
    const side = fc.integer({ min: 1, max: 12 });
    const shape = fc.record({ width: side, height: side, fill: fc.integer({ min: 0, max: 255 }) });
    fc.assert(
      fc.property(fc.array(shape, { maxLength: 8 }), fc.integer({ min: 1, max: 40 }), (wanted, atOnce) => {
        const { write, pictures, reader, counts } = setUp();
        for (const each of wanted) write(ppm(each), atOnce);
        reader.end();
        expect(pictures.map(shapes)).toEqual(wanted);
        expect(pictures.every(({ data, width, height }) => data.length === width * height * 3)).toBe(true);
        expect(pictures.every(({ data }) => data.every((value) => value === data[0]))).toBe(true);
        expect(counts).toEqual({ drops: 0, ends: 1 });
      }),
    );
  });

  it('reads on in pixels that came along with a header which became shorter', () => {
    const { write, pictures } = setUp();
    const wanted = [
      { width: 1000, height: 10, fill: 1 },
      { width: 1, height: 1, fill: 2 },
      { width: 2, height: 1, fill: 3 },
      { width: 1, height: 1000, fill: 4 },
    ];
    write(Buffer.concat(wanted.map(ppm)));
    expect(pictures.map(shapes)).toEqual(wanted);
  });

  it('notes when the first byte came and when the last did', () => {
    const { clock, write, pictures } = setUp();
    const bytes = ppm({ width: 4, height: 4, fill: 0 });
    for (const part of [bytes.subarray(0, 1), bytes.subarray(1, 20), bytes.subarray(20)]) {
      write(part);
      clock.advance(10);
    }
    write(bytes);
    expect(pictures.map(({ firstByteTimeUs, completeTimeUs }) => [firstByteTimeUs, completeTimeUs])).toEqual([
      [1_000_000, 1_000_020],
      [1_000_030, 1_000_030],
    ]);
  });

  it('goes on reading and leaves pictures out while all buffers are out', () => {
    const { write, pictures, counts } = setUp({ maxLent: 2, keep: true });
    for (let fill = 0; fill < 5; fill += 1) write(ppm({ width: 2, height: 2, fill }));
    expect(pictures.map(shapes).map(({ fill }) => fill)).toEqual([0, 1]);
    expect(counts.drops).toBe(3);
    pictures[0]?.release();
    write(ppm({ width: 2, height: 2, fill: 9 }));
    expect(pictures.at(-1)?.data).toEqual(Buffer.alloc(12, 9));
  });

  it('ends without the picture that was cut short', () => {
    const { reader, write, pictures, counts } = setUp();
    write(ppm({ width: 4, height: 4, fill: 7 }).subarray(0, 30));
    reader.end();
    expect(pictures).toEqual([]);
    expect(counts).toEqual({ drops: 0, ends: 1 });
  });

  it.each([
    ['no picture', 'Conversion failed, sorry about that', 'FFMPEG_FAILED'],
    ['another kind of it', 'P5\n64 48\n255\n0000000000', 'FFMPEG_FAILED'],
    ['an empty one', 'P6\n0 480\n255\n0000000', 'SOURCE_NOT_VIDEO'],
    ['one beyond all bounds', 'P6\n65000 65000\n255\n', 'SOURCE_NOT_VIDEO'],
  ])('fails once on %s, and takes what still comes', (_what, bytes, code) => {
    const { reader, write, pictures, errors, counts } = setUp();
    write(Buffer.from(bytes));
    write(Buffer.alloc(5000));
    reader.end();
    expect(errors).toMatchObject([{ code }]);
    expect(pictures).toEqual([]);
    expect(counts.ends).toBe(0);
  });
});
