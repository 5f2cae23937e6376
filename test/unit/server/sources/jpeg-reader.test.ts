import { describe, expect, it } from 'vitest';
import { JpegReader } from '../../../../server/sources/jpeg-reader.js';
import type { ReadJpeg } from '../../../../server/sources/jpeg-reader.js';
import type { StreamerError } from '../../../../shared/errors.js';
import { builtJpeg } from '../../../helpers/built-jpeg.js';
import { FakeClock } from '../../../helpers/fake-clock.js';

function setUp() {
  const clock = new FakeClock(1_000_000);
  const jpegs: ReadJpeg[] = [];
  const bad: StreamerError[] = [];
  const errors: StreamerError[] = [];
  const counts = { ends: 0 };
  const reader = new JpegReader(clock, {
    onJpeg: (jpeg) => jpegs.push(jpeg),
    onBadJpeg: (error) => bad.push(error),
    onFailure: (error) => errors.push(error),
    onEnd: () => (counts.ends += 1),
  });
  const write = (bytes: Buffer, atOnce = Infinity) => {
    for (let offset = 0; offset < bytes.length;) {
      const length = Math.min(reader.target().length, bytes.length - offset, atOnce);
      bytes.copy(reader.target(), 0, offset, offset + length);
      offset += length;
      expect(reader.filled(length)).toBe(true);
    }
  };
  return { clock, reader, jpegs, bad, errors, counts, write };
}

/** As FFmpeg writes it with `-f mpjpeg`. */
function part(body: Buffer): Buffer {
  const head = `--ffmpeg\r\nContent-type: image/jpeg\r\nContent-length: ${body.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), body, Buffer.from('\r\n')]);
}

describe('JpegReader', () => {
  const first = builtJpeg({ width: 64, height: 48 });
  const second = builtJpeg({ width: 32, height: 16 });

  it.each([1, 7, Infinity])('reads JPEGs %s bytes at a time', (atOnce) => {
    const { write, jpegs, reader, counts } = setUp();
    write(Buffer.concat([part(first), part(second)]), atOnce);
    reader.end();
    expect(jpegs.map(({ width, height }) => [width, height])).toEqual([
      [64, 48],
      [32, 16],
    ]);
    expect(jpegs.map(({ jpeg }) => jpeg)).toEqual([first, second]);
    expect(counts.ends).toBe(1);
  });

  it('notes when the first byte of a part came and when the last did', () => {
    const { clock, write, jpegs } = setUp();
    const bytes = part(first);
    // The delimiter may have been written with the part before; a part begins with its headers.
    const headers = bytes.indexOf('Content-type');
    write(bytes.subarray(0, headers + 1));
    clock.advance(10);
    write(bytes.subarray(headers + 1));
    expect(jpegs[0]).toMatchObject({ firstByteTimeUs: 1_000_000, completeTimeUs: 1_000_010 });
  });

  it('completes a JPEG that lacks its Huffman tables', () => {
    const { write, jpegs } = setUp();
    const bare = builtJpeg({ huffmanTables: false });
    write(part(bare));
    expect(jpegs[0]?.jpeg.length).toBeGreaterThan(bare.length);
  });

  it('leaves a broken one out and goes on', () => {
    const { write, jpegs, bad, errors } = setUp();
    write(Buffer.concat([part(first.subarray(0, -1)), part(Buffer.alloc(0)), part(second)]));
    expect(bad.map(({ code }) => code)).toEqual(['BAD_JPEG', 'BAD_JPEG']);
    expect(jpegs.map(({ jpeg }) => jpeg)).toEqual([second]);
    expect(errors).toEqual([]);
  });

  it('fails once on a part beyond all bounds, and takes what still comes', () => {
    const { reader, write, jpegs, errors, counts } = setUp();
    write(Buffer.from('--ffmpeg\r\nContent-type: image/jpeg\r\nContent-length: 999999999\r\n\r\n'));
    write(part(first));
    reader.end();
    expect(errors.map(({ code }) => code)).toEqual(['SOURCE_BAD_ANSWER']);
    expect(jpegs).toEqual([]);
    expect(counts.ends).toBe(0);
  });
});
