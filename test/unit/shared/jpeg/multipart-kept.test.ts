import fc from 'fast-check';
import { expect, it } from 'vitest';
import { MultipartParser } from '../../../../shared/jpeg/multipart-parser.js';
import { builtJpeg } from '../../../helpers/built-jpeg.js';
import { cuts } from '../../../helpers/chunked.js';
import { multipartOf } from '../../../helpers/multipart-sender.js';

const BODIES = [1, 2, 3].map((width) => builtJpeg({ width, scans: [Buffer.alloc(100, width)] }));

it('a parser that keeps only the begin of bodies finds the same parts as one that keeps them', () => {
  const dialect = fc.record({
    hasLengths: fc.boolean(),
    lengthError: fc.constantFrom(0, 0, 0, -3, 5, 1000),
    behindBody: fc.constantFrom('\r\n', '', '\0\0\r\n'),
    ending: fc.constantFrom('body' as const, 'closing' as const),
  });
  const damage = fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), bytes: fc.uint8Array({ maxLength: 12 }) });
  const keptBytes = fc.constantFrom(0, 1, 16, 200, 10_000);
  fc.assert(
    fc.property(dialect, fc.array(damage, { maxLength: 3 }), cuts, keptBytes, (options, damages, cut, kept) => {
      const bytes = multipartOf(BODIES, { delimiter: '--frame', ...options });
      for (const { at, bytes: wrong } of damages)
        bytes.set(wrong.subarray(0, bytes.length - place(bytes, at)), place(bytes, at));
      const whole = partsOf(cut(bytes));
      const begun = whole.parts.map(({ body, ...rest }) => ({ ...rest, body: body.subarray(0, kept) }));
      expect(partsOf(cut(bytes), kept)).toEqual({ ...whole, parts: begun });
    }),
  );
});

function place(bytes: Buffer, at: number): number {
  return Math.floor(at * bytes.length);
}

function partsOf(chunks: readonly Buffer[], keptBytes?: number) {
  const parts: { headers: object; body: Buffer; lengthBytes: number }[] = [];
  const parser = new MultipartParser({
    boundary: 'frame',
    maxPartBytes: 5000,
    ...(keptBytes !== undefined && { keptBytes }),
    onPartStart: () => undefined,
    onPart: ({ headers, body, lengthBytes }) =>
      void parts.push({ headers: Object.fromEntries(headers), body, lengthBytes }),
  });
  try {
    for (const chunk of chunks) parser.push(Buffer.from(chunk));
    parser.end();
    return { parts, error: null };
  } catch (error) {
    return { parts, error: (error as Error).message };
  }
}
