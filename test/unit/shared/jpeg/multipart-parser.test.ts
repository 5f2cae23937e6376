import { describe, expect, it } from 'vitest';

import { MultipartParser } from '../../../../shared/jpeg/multipart-parser.js';
import { builtJpeg } from '../../../helpers/built-jpeg.js';
import { bytewise } from '../../../helpers/chunked.js';
import { parserOf } from '../../../helpers/multipart-receiver.js';
import { multipartOf } from '../../../helpers/multipart-sender.js';

const FRAME = { delimiter: '--frame' };
const JPEGS = [1, 2, 3, 4].map((width) => builtJpeg({ width, scans: [Buffer.alloc(300, width)] }));
const [FIRST, SECOND, THIRD, FOURTH] = JPEGS as [Buffer, Buffer, Buffer, Buffer];

describe('a part', () => {
  it('has its headers and its body, in memory of its own', () => {
    const { parser, parts } = parserOf();
    const chunk = multipartOf([FIRST], { ...FRAME, headerLines: ['X-Timestamp: 17.25', 'junk', 'X-A: b', '  c'] });
    parser.push(chunk);
    chunk.fill(0);
    expect(parts).toMatchObject([{ headers: expect.any(Map), body: FIRST }]);
    expect(Object.fromEntries(parts[0]?.headers ?? [])).toEqual({
      'content-type': 'image/jpeg',
      'content-length': String(FIRST.length),
      'x-timestamp': '17.25',
      'x-a': 'b c',
    });
    expect(parts[0]?.body.buffer.byteLength).toBe(FIRST.length);
  });

  it('may have no headers at all', () => {
    const { parser, bodies } = parserOf();
    parser.push(Buffer.from('--frame\r\n\r\nabc\r\n--frame\n\nde\n--frame--'));
    expect(bodies()).toEqual([Buffer.from('abc'), Buffer.from('de')]);
  });

  it.each([
    ['with a length of 0', 'Content-Length: 0\r\n\r\n\r\n'],
    ['without a length', '\r\n\r\n'],
    ['without a length, and with one line end', '\r\n'],
  ])('may be empty, %s', (_name, text) => {
    const { parser, bodies } = parserOf();
    parser.push(Buffer.from(`--frame\r\n${text}--frame\r\n${text}--frame--`));
    expect(bodies()).toEqual([Buffer.alloc(0), Buffer.alloc(0)]);
  });

  it('may be empty where its delimiter is followed by spaces, byte by byte', () => {
    const { parser, bodies } = parserOf();
    const bytes = Buffer.from(`--frame\r\n\r\n--frame${' '.repeat(50)}\r\n\r\nabc\r\n--frame--`);
    for (const chunk of bytewise(bytes)) parser.push(chunk);
    expect(bodies()).toEqual([Buffer.alloc(0), Buffer.from('abc')]);
  });

  it('does not begin at the end of a long line', () => {
    const { parser, bodies } = parserOf();
    parser.push(Buffer.alloc(2000, 'x'));
    parser.push(Buffer.from('--frame\r\n\r\nabc\r\n--frame\r\n\r\nde\r\n--frame--'));
    expect(bodies()).toEqual([Buffer.from('de')]);
  });

  it('may begin like a delimiter', () => {
    const { parser, bodies } = parserOf();
    for (const chunk of bytewise(Buffer.from('--frame\r\n\r\n--frames\r\n--frame--'))) parser.push(chunk);
    expect(bodies()).toEqual([Buffer.from('--frames')]);
  });

  it('begins again where a delimiter comes twice', () => {
    const { parser, parts } = parserOf();
    parser.push(Buffer.from('--frame\r\n--frame\r\nX-A: 1\r\n--frame\r\nX-B: 2\r\n\r\nabc\r\n--frame'));
    parser.push(Buffer.from('\r\n--frame--\r\n'));
    expect(parts).toEqual([{ headers: new Map([['x-b', '2']]), body: Buffer.from('abc'), lengthBytes: 13 }]);
    expect(parser.isClosed).toBe(true);
  });

  it('whose Content-Length is no number has none', () => {
    const { parser, bodies } = parserOf();
    parser.push(Buffer.from('--frame\r\nContent-Length: -1\r\n\r\nabc\r\n--frame--'));
    expect(bodies()).toEqual([Buffer.from('abc')]);
  });
});

describe('a part is delivered', () => {
  it('with its last byte where it has a length', () => {
    const { parser, bodies } = parserOf();
    const bytes = multipartOf([FIRST], { ...FRAME, ending: 'body' });
    parser.push(bytes.subarray(0, -1));
    expect(bodies()).toEqual([]);
    parser.push(bytes.subarray(-1));
    expect(bodies()).toEqual([FIRST]);
  });

  it('with the last byte of the JPEG it holds where it has none', () => {
    const { parser, bodies } = parserOf();
    const bytes = multipartOf([FIRST], { ...FRAME, ending: 'body', hasLengths: false });
    parser.push(bytes.subarray(0, -1));
    expect(bodies()).toEqual([]);
    parser.push(bytes.subarray(-1));
    expect(bodies()).toEqual([FIRST]);
  });

  it('at the line end of the next delimiter where it has neither', () => {
    const { parser, bodies } = parserOf();
    parser.push(Buffer.from('--frame\r\n\r\nabc\r\n--frame\r'));
    expect(bodies()).toEqual([]);
    parser.push(Buffer.from('\n'));
    expect(bodies()).toEqual([Buffer.from('abc')]);
  });

  it('at the next delimiter where the JPEG it holds is cut', () => {
    const { parser, bodies } = parserOf();
    const cut = FIRST.subarray(0, 100);
    parser.push(multipartOf([cut, SECOND], { ...FRAME, hasLengths: false }));
    expect(bodies()).toEqual([cut, SECOND]);
  });
});

describe('the start of a part', () => {
  it('is its first header, even if its delimiter came with the part before', () => {
    const { parser, events } = parserOf();
    const steps = [
      '--frame\r\n',
      'C',
      'ontent-Length: 3\r\n\r\na',
      'bc',
      '\r\n--frame\r\n',
      'Content-Length: 1\r\n\r\nd',
    ];
    const seen = steps.map((step) => {
      parser.push(Buffer.from(step));
      return events.join(' ');
    });
    expect(seen).toEqual(['', 'start', 'start', 'start part', 'start part', 'start part start part']);
  });

  it('is told again with the first byte of a body without a length', () => {
    const { parser, events } = parserOf();
    parser.push(Buffer.from('--frame\r\nContent-Type: image/jpeg\r\n\r\n'));
    expect(events).toEqual(['start']);
    parser.push(FIRST.subarray(0, 1));
    expect(events).toEqual(['start', 'start']);
    parser.push(FIRST.subarray(1));
    expect(events).toEqual(['start', 'start', 'part']);
  });

  it('is not told for the delimiter that ends the stream, nor for what follows', () => {
    const { parser, events } = parserOf();
    parser.push(multipartOf([FIRST], FRAME));
    parser.push(Buffer.from('\r\nThe end.\r\n--frame\r\n\r\nabc\r\n--frame--\r\n'));
    expect(events).toEqual(['start', 'part']);
    expect(parser.isClosed).toBe(true);
    expect(parser.bufferedBytes).toBe(0);
  });
});

describe('a wrong Content-Length', () => {
  it.each([-200, -3, -1])('that is too short by %i costs that part alone', (lengthError) => {
    expect(received(lengthError)).toEqual([FIRST.subarray(0, lengthError), SECOND, THIRD, FOURTH]);
  });

  it.each([1, 2])('that covers %i bytes of the line end costs nothing', (lengthError) => {
    const [first, ...others] = received(lengthError, JPEGS.length);
    expect(first?.subarray(0, FIRST.length)).toEqual(FIRST);
    expect(others.map((body) => body.subarray(0, FIRST.length))).toEqual([SECOND, THIRD, FOURTH]);
  });

  it.each([3, 20, 80, 400])('that is too long by %i bytes costs the part behind it', (lengthError) => {
    const [first, ...others] = received(lengthError);
    expect(first?.subarray(0, FIRST.length)).toEqual(FIRST);
    expect(others).toEqual([THIRD, FOURTH]);
  });

  it('is not believed again: all later parts end where they end', () => {
    const { parser, bodies } = parserOf();
    for (const chunk of bytewise(multipartOf(JPEGS, { ...FRAME, lengthError: -5 }))) parser.push(chunk);
    expect(bodies()).toEqual([FIRST.subarray(0, -5), SECOND, THIRD, FOURTH]);
  });

  it('as padding behind every picture makes it seem, costs nothing', () => {
    const { parser, bodies } = parserOf();
    parser.push(multipartOf(JPEGS, { ...FRAME, behindBody: '\0\0\0\r\n' }));
    expect(bodies()).toEqual(JPEGS);
  });

  /** What comes where the first `wrong` parts say a wrong length. */
  function received(lengthError: number, wrong = 1): Buffer[] {
    const { parser, bodies } = parserOf();
    parser.push(multipartOf(JPEGS.slice(0, wrong), { ...FRAME, lengthError, ending: 'body' }));
    parser.push(Buffer.from('\r\n'));
    parser.push(multipartOf(JPEGS.slice(wrong), FRAME));
    parser.end();
    return bodies();
  }
});

describe('what a callback throws', () => {
  it('passes through, and stops the rest of the chunk', () => {
    const parser = new MultipartParser({
      boundary: 'frame',
      maxPartBytes: 1_000_000,
      onPartStart: () => {},
      onPart: () => {
        throw new RangeError('stop');
      },
    });
    expect(() => parser.push(multipartOf(JPEGS, FRAME))).toThrow(RangeError);
  });
});
