import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JpegCutter } from '../../../../server/sources/jpeg-cutter.js';
import type { CutJpeg, JpegSequence } from '../../../../server/sources/jpeg-cutter.js';
import { MAX_JPEG_BYTES } from '../../../../shared/protocol/messages.js';
import { builtJpeg, segment } from '../../../helpers/built-jpeg.js';
import { cuts } from '../../../helpers/chunked.js';
import { errorOf } from '../../../helpers/error-of.js';
import { FakeClock } from '../../../helpers/fake-clock.js';
import { multipartOf } from '../../../helpers/multipart-sender.js';

const JPEGS = [1, 2, 3].map((height) => builtJpeg({ height }));
const DIALECT = { delimiter: '--frame' };
const TOO_LARGE = Buffer.concat([builtJpeg().subarray(0, -2), Buffer.alloc(MAX_JPEG_BYTES, 1)]);

function startCutter(sequence: JpegSequence) {
  const clock = new FakeClock();
  const cut: CutJpeg[] = [];
  const cutter = new JpegCutter(sequence, clock, (picture) => cut.push(picture));
  return { clock, cutter, cut, bytes: () => cut.map(({ bytes }) => bytes) };
}

describe('JpegCutter', () => {
  it.each([
    { sequence: 'jpeg', stream: Buffer.concat(JPEGS) },
    { sequence: 'multipart', stream: multipartOf(JPEGS, DIALECT) },
    { sequence: 'multipart', stream: multipartOf(JPEGS, { ...DIALECT, hasLengths: false }) },
  ] as const)('cuts $sequence byte for byte, however it is chunked', ({ sequence, stream }) => {
    fc.assert(
      fc.property(cuts, (cut) => {
        const { cutter, bytes } = startCutter(sequence);
        for (const chunk of cut(stream)) cutter.push(chunk);
        expect(bytes()).toEqual(JPEGS);
      }),
    );
  });

  it('stamps a picture with the arrival of its first byte', () => {
    const { clock, cutter, cut } = startCutter('jpeg');
    const startUs = clock.nowUs();
    const [first, second] = JPEGS as [Buffer, Buffer];
    cutter.push(Buffer.concat([first, second.subarray(0, 4)]));
    clock.advance(2000);
    cutter.push(second.subarray(4, 8));
    clock.advance(3000);
    cutter.push(second.subarray(8));
    expect(cut.map(({ arrivalTimeUs }) => arrivalTimeUs - startUs)).toEqual([0, 0]);
    cutter.push(first);
    expect(cut[2]?.arrivalTimeUs).toBe(startUs + 5000);
  });

  it('hands over the headers of a part, and none of a bare JPEG', () => {
    const multipart = startCutter('multipart');
    multipart.cutter.push(multipartOf(JPEGS, { ...DIALECT, headerLines: ['X-Timestamp: 12.5'] }));
    expect(multipart.cut.map(({ header }) => header('x-timestamp'))).toEqual(['12.5', '12.5', '12.5']);
    const bare = startCutter('jpeg');
    bare.cutter.push(builtJpeg());
    expect(bare.cut[0]?.header('x-timestamp')).toBeUndefined();
  });

  it('leaves out parts that are empty or text', () => {
    const { cutter, bytes } = startCutter('multipart');
    const text = '--frame\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nhi\r\n';
    cutter.push(Buffer.from(`${text}--frame\r\nContent-Length: 0\r\n\r\n\r\n`));
    cutter.push(multipartOf(JPEGS, DIALECT));
    expect(bytes()).toEqual(JPEGS);
  });

  it('goes on where one multipart stream follows another one', () => {
    const { cutter, bytes } = startCutter('multipart');
    cutter.push(multipartOf(JPEGS, DIALECT));
    cutter.push(multipartOf(JPEGS, { delimiter: '--other' }));
    expect(bytes()).toEqual([...JPEGS, ...JPEGS]);
  });

  it.each(['jpeg', 'multipart'] as const)('goes on behind a picture that is too large: %s', (sequence) => {
    const { cutter, bytes } = startCutter(sequence);
    const wrap = (jpegs: readonly Buffer[]) =>
      sequence === 'jpeg' ? Buffer.concat(jpegs) : multipartOf(jpegs, { ...DIALECT, hasLengths: false });
    expect(errorOf(() => cutter.push(wrap([TOO_LARGE])))).toMatchObject({ code: 'SOURCE_BAD_ANSWER' });
    cutter.push(wrap(JPEGS));
    expect(bytes()).toEqual(JPEGS);
  });

  it('does not mistake what is between bare JPEGs for one', () => {
    const { cutter, bytes } = startCutter('jpeg');
    const thumbnail = segment(0xe1, builtJpeg({ width: 1, height: 1 }));
    const withThumbnail = builtJpeg({ segments: [thumbnail] });
    cutter.push(Buffer.concat([Buffer.from('junk'), withThumbnail, Buffer.alloc(100), withThumbnail]));
    expect(bytes()).toEqual([withThumbnail, withThumbnail]);
  });
});
