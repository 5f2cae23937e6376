import { describe, expect, it } from 'vitest';

import { builtJpeg } from '../../../helpers/built-jpeg.js';
import { bytewise } from '../../../helpers/chunked.js';
import { errorOf } from '../../../helpers/error-of.js';
import { parserOf } from '../../../helpers/multipart-receiver.js';
import { multipartOf } from '../../../helpers/multipart-sender.js';

const FRAME = { delimiter: '--frame' };
const JPEG = builtJpeg({ scans: [Buffer.alloc(300, 1)] });

describe('limits', () => {
  it('a part of exactly the limit is taken', () => {
    for (const hasLengths of [true, false]) {
      const { parser, bodies } = parserOf({ maxPartBytes: JPEG.length });
      for (const chunk of bytewise(multipartOf([JPEG], { ...FRAME, hasLengths }))) parser.push(chunk);
      expect(bodies()).toEqual([JPEG]);
    }
  });

  it('a longer one is refused by its Content-Length, before it comes', () => {
    const { parser } = parserOf({ maxPartBytes: 1000 });
    const error = errorOf(() => parser.push(Buffer.from('--frame\r\nContent-Length: 1001\r\n\r\n')));
    expect(error.code).toBe('SOURCE_BAD_ANSWER');
    expect(error.message).toBe('The source sends a picture of more than 1000 bytes; lower its resolution or quality.');
  });

  it('one without a length is refused before more of it is held', () => {
    const { parser } = parserOf({ maxPartBytes: 100_000 });
    parser.push(Buffer.from('--frame\r\n\r\n'));
    let pushedBytes = 0;
    const error = errorOf(() => {
      for (; ; pushedBytes += 1000) parser.push(Buffer.alloc(1000, 1));
    });
    expect(error.message).toContain('a picture of more than 100000 bytes');
    expect(pushedBytes).toBe(100_000);
    expect(parser.bufferedBytes).toBeLessThanOrEqual(100_000 + 16 * 1024 + 1000);
  });

  it('one without a length that came in one piece is refused as well', () => {
    const { parser } = parserOf({ maxPartBytes: JPEG.length - 1 });
    const error = errorOf(() => parser.push(multipartOf([JPEG], { ...FRAME, hasLengths: false })));
    expect(error.code).toBe('SOURCE_BAD_ANSWER');
  });

  it.each([
    ['one line without end', 'x'.repeat(1000)],
    ['lines without end', `X-A: ${'x'.repeat(100)}\r\n`],
  ])('headers are refused: %s', (_name, text) => {
    const { parser } = parserOf();
    parser.push(Buffer.from('--frame\r\n'));
    let pushedBytes = 0;
    const error = errorOf(() => {
      for (; ; pushedBytes += text.length) parser.push(Buffer.from(text));
    });
    expect(error.code).toBe('SOURCE_BAD_ANSWER');
    expect(error.message).toBe(
      'The source sends a part with more than 16384 bytes of headers; check that the address is the one of an MJPEG stream.',
    );
    expect(pushedBytes).toBeLessThanOrEqual(16_384);
    expect(pushedBytes).toBeGreaterThan(16_384 - 2 * text.length);
  });

  it.each([
    ['zeros', Buffer.alloc(1000)],
    ['lines', Buffer.alloc(1000, 'nothing here\r\n')],
    ['line ends', Buffer.alloc(1000, '\n')],
  ])('what is no multipart stream is refused, and not held: %s', (_name, chunk) => {
    const { parser } = parserOf({ maxPartBytes: 50_000 });
    let pushedBytes = 0;
    const error = errorOf(() => {
      for (; ; pushedBytes += chunk.length) {
        parser.push(chunk);
        expect(parser.bufferedBytes).toBeLessThanOrEqual(4096);
      }
    });
    expect(error.code).toBe('SOURCE_BAD_ANSWER');
    expect(error.message).toContain('more than 50000 bytes that belong to no part');
    expect(pushedBytes).toBeGreaterThanOrEqual(49_000);
    expect(pushedBytes).toBeLessThanOrEqual(52_000);
  });

  it('garbage behind a part is refused, and not held', () => {
    const { parser } = parserOf({ maxPartBytes: 50_000 });
    parser.push(multipartOf([JPEG], { ...FRAME, ending: 'body' }));
    const error = errorOf(() => {
      for (;;) {
        parser.push(Buffer.alloc(1000, '\r\n--fram'));
        expect(parser.bufferedBytes).toBeLessThanOrEqual(4096);
      }
    });
    expect(error.message).toContain('more than 50000 bytes that belong to no part');
  });

  it('garbage behind each of many parts is passed over', () => {
    const { parser, bodies } = parserOf({ maxPartBytes: 1000 });
    const sent = new Array<Buffer>(5).fill(JPEG);
    const bytes = multipartOf(sent, { ...FRAME, behindBody: `${'x'.repeat(400)}\r\n` });
    for (const chunk of bytewise(bytes)) parser.push(chunk);
    expect(bodies()).toEqual(sent);
  });

  it('line ends without end are not held', () => {
    const { parser, bodies } = parserOf();
    parser.push(multipartOf([JPEG], { ...FRAME, ending: 'body' }));
    for (let times = 0; times < 100; times++) {
      parser.push(Buffer.alloc(1000, '\r\n'));
      expect(parser.bufferedBytes).toBe(0);
    }
    parser.push(multipartOf([JPEG], FRAME));
    expect(bodies()).toEqual([JPEG, JPEG]);
  });

  it('memory of a part without a length is given back when one with a length comes', () => {
    const { parser } = parserOf({ maxPartBytes: 100_000 });
    parser.push(Buffer.from('--frame\r\n\r\n'));
    for (let times = 0; times < 90; times++) parser.push(Buffer.alloc(1000, 1));
    expect(parser.bufferedBytes).toBeGreaterThan(90_000);
    parser.push(Buffer.from('\r\n--frame\r\nContent-Length: 100000\r\n\r\n'));
    expect(parser.bufferedBytes).toBe(100_000);
  });

  it('memory is that of the part, taken once its length is known, and given back with it', () => {
    const { parser } = parserOf();
    parser.push(Buffer.from('--frame\r\nContent-Length: 70000\r\n\r\n'));
    for (let pushedBytes = 0; pushedBytes < 70_000; pushedBytes += 1000) {
      expect(parser.bufferedBytes).toBe(70_000);
      parser.push(Buffer.alloc(1000, 1));
    }
    expect(parser.bufferedBytes).toBe(0);
  });
});

describe('the end', () => {
  const whole = multipartOf([JPEG], { ...FRAME, ending: 'body' });

  it.each([
    ['behind a body', whole],
    ['behind a line end', Buffer.concat([whole, Buffer.from('\r\n')])],
    ['within a delimiter', Buffer.concat([whole, Buffer.from('\r\n--fra')])],
    ['behind a delimiter', Buffer.concat([whole, Buffer.from('\r\n--frame\r\n')])],
    ['behind the delimiter of the end', Buffer.concat([whole, Buffer.from('\r\n--frame--')])],
  ])('may come %s', (_name, bytes) => {
    const { parser, bodies } = parserOf();
    parser.push(bytes);
    parser.end();
    expect(bodies()).toEqual([JPEG]);
  });

  it.each([
    ['within a header', whole.subarray(0, 15)],
    ['behind a header', whole.subarray(0, '--frame\r\nContent-Type: image/jpeg\r\n'.length)],
    ['within a body', whole.subarray(0, -1)],
    ['within a body without a length', Buffer.from('--frame\r\n\r\nabc')],
    ['behind the headers of one', Buffer.from('--frame\r\n\r\n')],
    ['behind a part with garbage', Buffer.concat([whole, Buffer.from('garbage')])],
  ])('is an error %s', (_name, bytes) => {
    const { parser } = parserOf();
    parser.push(bytes);
    const error = errorOf(() => parser.end());
    expect(error.code).toBe('SOURCE_BAD_ANSWER');
    expect(error.message).toBe('The source ends within a picture; check its power and its network.');
  });

  it.each([[''], ['<!doctype html>\n<title>Camera</title>\n'], ['--'], ['--frame']])(
    'is an error where no part came: %j',
    (text) => {
      const { parser } = parserOf();
      parser.push(Buffer.from(text));
      const error = errorOf(() => parser.end());
      expect(error.code).toBe('SOURCE_BAD_ANSWER');
      expect(error.message).toBe(
        'The source ends before the first part of a picture stream; check that the address is the one of an MJPEG stream.',
      );
    },
  );
});
