import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { StreamerError } from '../../../../shared/errors.js';
import { MultipartParser } from '../../../../shared/jpeg/multipart-parser.js';
import { builtJpeg } from '../../../helpers/built-jpeg.js';
import { bytewise, cuts } from '../../../helpers/chunked.js';
import { jpegsWith } from '../../../helpers/jpeg-arbitrary.js';
import { multipartOf, type MultipartDialect } from '../../../helpers/multipart-sender.js';

const HEADER_LIMIT_BYTES = 16 * 1024;

/** What is declared, and what is sent instead of `--` and that. */
const boundaries = fc.constantFrom<[declared: string | null, sent: string]>(
  ['frame', '--frame'],
  ['frame', 'frame'],
  ['frame', '----frame'],
  ['--frame', '--frame'],
  ['--frame', '----frame'],
  ['--frame', 'frame'],
  ['------WebKit:7=b', '--------WebKit:7=b'],
  ['other', '--frame'],
  [null, '--frame'],
  [null, '--frame--'],
  [null, '-----'],
  ['-', '--frame'],
  ['', '--frame'],
  ['f\xfcr', '--f\xfcr'],
);

const dialects = fc.record({
  lineEnd: fc.constantFrom('\r\n' as const, '\n' as const),
  hasLengths: fc.boolean(),
  headerLines: fc.subarray([
    'junk',
    ' folded',
    'X-Timestamp: 1.5',
    'x\0\xff: \xfe',
    'X-Long: '.padEnd(3000, 'x'),
    '--',
  ]),
  preamble: fc.constantFrom('', '\r\n', '\n\n', 'A picture stream.\r\nNo part of it.\r\n', `${'x'.repeat(5000)}\n`),
  padding: fc.constantFrom('', ' ', ' \t '),
  ending: fc.constantFrom('body' as const, 'delimiter' as const, 'closing' as const),
});

const delimitersInside = jpegsWith(Buffer.from('\r\n--frame\r\n\r\n'), Buffer.from('\n--frame--\n'));

describe('any parts in any dialect, however they are chunked', () => {
  it('come as they were sent where they have a length, whatever they hold', () => {
    const bodies = fc.array(fc.oneof(delimitersInside, fc.uint8Array({ maxLength: 60 }).map(Buffer.from)), {
      maxLength: 5,
    });
    const betweens = fc.constantFrom('\r\n', '\n', '', '\r\n\r\n');
    fc.assert(
      fc.property(
        bodies,
        boundaries,
        dialects,
        betweens,
        cuts,
        (sent, [boundary, delimiter], rest, behindBody, cut) => {
          const dialect = { ...rest, delimiter, behindBody, hasLengths: true };
          expect(partsOf(cut(multipartOf(sent, dialect)), boundary)).toEqual(sent);
        },
      ),
    );
  });

  it('come as they were sent where they are JPEGs, with a length or without', () => {
    const bodies = fc.array(jpegsWith(), { minLength: 1, maxLength: 4 });
    const betweens = fc.constantFrom('\r\n', '\n', '', '\r\n\r\n');
    fc.assert(
      fc.property(
        bodies,
        boundaries,
        dialects,
        betweens,
        cuts,
        (sent, [boundary, delimiter], rest, behindBody, cut) => {
          const bytes = multipartOf(sent, { ...rest, delimiter, behindBody });
          expect(partsOf(cut(bytes), boundary)).toEqual(sent);
        },
      ),
    );
  });

  it('come as they were sent where they are neither, up to the next delimiter', () => {
    const alike = [
      '\r\n--frameless\r\n',
      '\n--frame-\r\n',
      'x--frame\r\n',
      '\r\n-frame\r\n',
      '\r\n--fram',
      '--frame--',
      '\r\r\r',
    ];
    const piece = fc.oneof(fc.constantFrom(...alike), fc.string({ maxLength: 5 }));
    // A line that begins with text is no delimiter and no JPEG, and one that ends with text keeps its CR.
    const bodies = fc.array(
      fc
        .array(piece)
        .map((pieces) => `a${pieces.join('')}z`)
        .filter((text) => !/\n--frame(--|[ \t]*\r?\n)/.test(text))
        .map((text) => Buffer.from(text)),
      { maxLength: 5 },
    );
    fc.assert(
      fc.property(bodies, dialects, cuts, (sent, rest, cut) => {
        const dialect = { ...rest, delimiter: '--frame', hasLengths: false, ending: 'closing' } as const;
        expect(partsOf(cut(multipartOf(sent, dialect)), 'frame')).toEqual(sent);
      }),
    );
  });

  it('start once each where they have a length', () => {
    fc.assert(
      fc.property(fc.array(delimitersInside, { maxLength: 4 }), dialects, cuts, (sent, rest, cut) => {
        const bytes = multipartOf(sent, { ...rest, delimiter: '--frame', hasLengths: true });
        const events = receive(cut(bytes), 'frame').events;
        expect(events).toEqual(sent.flatMap(() => ['start', 'part']));
      }),
    );
  });

  function partsOf(chunks: readonly Buffer[], boundary: string | null): Buffer[] {
    const { bodies, error } = receive(chunks, boundary);
    if (bodies.length > 0) expect(error).toBeNull();
    return bodies;
  }
});

describe('a stream with errors', () => {
  const dialect: MultipartDialect = { delimiter: '--frame', headerLines: ['X-Timestamp: 1.5'] };
  const sane = fc
    .tuple(fc.array(jpegsWith(), { minLength: 1, maxLength: 4 }), dialects, fc.integer({ min: -3, max: 30 }))
    .map(([bodies, rest, lengthError]) => multipartOf(bodies, { ...dialect, ...rest, lengthError }));
  const pieces = [
    '\r\n--frame\r\n',
    '--frame--',
    '\n\n',
    'Content-Length: 7\r\n',
    'Content-Length: 400\r\n',
    '\xff\xd8',
    '\xff\xd9',
  ];
  const edit = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    removed: fc.nat(40),
    added: fc.oneof(
      fc.constantFrom(...pieces).map((piece) => Buffer.from(piece, 'latin1')),
      fc.uint8Array({ maxLength: 5 }).map(Buffer.from),
    ),
  });
  const broken = fc.tuple(sane, fc.array(edit, { maxLength: 4 })).map(([bytes, edits]) => edits.reduce(applied, bytes));

  it('is told by a StreamerError at most, and holds no more than the limits and a chunk', () => {
    const maxPartBytes = 300;
    fc.assert(
      fc.property(broken, cuts, (bytes, cut) => {
        const chunks = cut(bytes);
        const longest = chunks.reduce((most, chunk) => Math.max(most, chunk.length), 0);
        const { bodies, error, mostBufferedBytes } = receive(chunks, 'frame', maxPartBytes);
        if (error !== null) expect(error.code).toBe('SOURCE_BAD_ANSWER');
        expect(mostBufferedBytes).toBeLessThanOrEqual(maxPartBytes + HEADER_LIMIT_BYTES + longest);
        for (const body of bodies) expect(body.length).toBeLessThanOrEqual(maxPartBytes);
        expect(Buffer.concat(bodies).length).toBeLessThanOrEqual(bytes.length);
      }),
      { numRuns: 500 },
    );
  });

  it('means the same however it is chunked', () => {
    fc.assert(
      fc.property(broken, cuts, (bytes, cut) => {
        const [expected, actual, slowest] = [[bytes], cut(bytes), bytewise(bytes)].map((chunks) => {
          const { bodies, error } = receive(chunks, 'frame');
          return { bodies, message: error?.message };
        });
        expect(actual).toEqual(expected);
        expect(slowest).toEqual(expected);
      }),
      { numRuns: 100 },
    );
  });

  it('finds its way back: all parts from the second behind the error on come', () => {
    const bodies = [1, 2, 3, 4, 5, 6].map((width) => builtJpeg({ width, scans: [Buffer.alloc(200, width)] }));
    fc.assert(
      fc.property(edit, dialects, cuts, (oneEdit, rest, cut) => {
        // Only within the first two parts, and nothing that ends the stream or looks like a part of it.
        const isHarmless = !/frame|Content/.test(oneEdit.added.toString('latin1'));
        fc.pre(isHarmless);
        const usual = { ...dialect, ...rest, preamble: '', ending: 'closing' } as const;
        const head = multipartOf(bodies.slice(0, 2), { ...usual, ending: 'body' });
        const tail = multipartOf(bodies.slice(2), { ...usual, preamble: '\r\n' });
        const at = 0.1 + oneEdit.at * 0.7;
        const { bodies: received } = receive(cut(Buffer.concat([applied(head, { ...oneEdit, at }), tail])), 'frame');
        expect(received.slice(-3)).toEqual(bodies.slice(-3));
      }),
      { numRuns: 150 },
    );
  });

  function applied(bytes: Buffer, { at, removed, added }: { at: number; removed: number; added: Buffer }): Buffer {
    const place = Math.floor(at * bytes.length);
    return Buffer.concat([bytes.subarray(0, place), added, bytes.subarray(place + removed)]);
  }
});

/** All that comes of a stream; chunks are overwritten after they were pushed, as a pool would. */
function receive(chunks: readonly Buffer[], boundary: string | null, maxPartBytes = 1_000_000) {
  const bodies: Buffer[] = [];
  const events: string[] = [];
  let error: StreamerError | null = null;
  let mostBufferedBytes = 0;
  const parser = new MultipartParser({
    boundary,
    maxPartBytes,
    onPartStart: () => events.push('start'),
    onPart: ({ body }) => {
      events.push('part');
      bodies.push(body);
    },
  });
  try {
    for (const bytes of chunks) {
      const chunk = Buffer.from(bytes);
      parser.push(chunk);
      chunk.fill(0x0a);
      mostBufferedBytes = Math.max(mostBufferedBytes, parser.bufferedBytes);
    }
    parser.end();
  } catch (thrown) {
    if (!(thrown instanceof StreamerError)) throw thrown;
    error = thrown;
  }
  return { bodies, events, error, mostBufferedBytes };
}
