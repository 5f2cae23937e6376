import fc from 'fast-check';

import { EOI, SOI, builtJpeg, codedData, segment } from './built-jpeg.js';

/** A segment with a whole JPEG in it. */
export const THUMBNAIL = segment(0xe1, builtJpeg({ width: 160, height: 120 }));

/** Built JPEGs with all that could be taken for the end of one, and with `traps` in their metadata. */
export function jpegsWith(...traps: readonly Buffer[]): fc.Arbitrary<Buffer> {
  const metadata = fc.oneof(
    fc.constantFrom(THUMBNAIL, Buffer.alloc(3, 0xff), segment(0xef, Buffer.alloc(300, 0xff))),
    fc.constantFrom(...[EOI, ...traps].map((trap) => segment(0xfe, Buffer.concat([trap, trap])))),
    fc.uint8Array({ maxLength: 40 }).map((bytes) => segment(0xe2, Buffer.from(bytes))),
  );
  const scan = fc.oneof(
    fc.constantFrom(Buffer.from('ffd0ff00ffd7ffff00', 'hex'), codedData(Buffer.of(0xff, 0xd9))),
    fc.uint8Array({ maxLength: 100 }).map(codedData),
  );
  return fc
    .record({
      segments: fc.array(metadata, { maxLength: 3 }),
      scans: fc.array(scan, { minLength: 1, maxLength: 3 }),
      between: fc.constantFrom(Buffer.alloc(0), segment(0xc4, Buffer.concat([SOI, EOI]))),
    })
    .map(builtJpeg);
}
