import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RtspAnswers } from '../../../../server/sources/rtsp-answers.js';

const REDIRECTS = [
  'RTSP/1.0 302 Moved',
  'RTSP/1.0 4294967597 Moved',
  'RTSP/1.0 -4294966994 x',
  'RTSP/1.0\x0bx 302 Moved',
  'RTSP/\xa0x 302 Moved',
  'RTSP/1.0 \x0b302',
  'RTSP/1.0\t 302',
  '\t RTSP/1.0 +0302',
  'RT\rSP/1.0 3\r02 x',
  'RTSP/ 305',
  'RTSPRTSP/\n\nRTSP/1.0 302',
  '$\0\0\x02abRTSP/1.0 302',
  'RTSP/1.0 200 OK\n$\0\0\x02\n\n\nRTSP/1.0 302',
  'RTSP/1.0 200 OK\n\0\nRTSP/1.0 302',
  'RTSP/1.0 200 OK\nContent-Length: 1\n\nxRTSP/1.0 302',
  'RTSP/1.0 200 OK\nContent-Length: 99\ncontent-\rlength: 1x\n\nxRTSP/1.0 302',
  'OPTIONS x RTSP/1.0\n\nRTSP/1.0 302',
];

const PIECES = [
  ...[
    'RTSP/1.0',
    'RTSP/',
    'RT',
    'SP/',
    '1.1',
    ' ',
    '  ',
    '\t',
    '\v',
    '\f',
    '\xa0',
    '\0',
    '+',
    '-',
    '0',
    'x',
    '$\0\0\x03',
  ],
  ...[
    '200',
    '302',
    '4294967597',
    '-4294966994',
    '99999999999999999999',
    '\n',
    '\r\n',
    '\r',
    '\n\n',
    '\r\n\r\n',
    ' OK\r\n',
  ],
  ...['Content-Length: 5', 'content-length:', '-3', 'CSeq: 1\r\n', 'Location: rtsp://x\r\n', 'RTSP/1.0 200 OK\r\n'],
  ...['RTSP/1.0 200 OK\r\nContent-Length: 3\r\n\r\n', 'RTSP/1.0 302 Moved\r\n\r\n', 'x'.repeat(4100), ...REDIRECTS],
];

/** What passes of `text`, cut at `cuts`; up to where it was refused. */
function passed(text: string, cuts: readonly number[] = []): { text: string; isRefused: boolean } {
  const answers = new RtspAnswers();
  const places = [0, ...cuts.map((cut) => cut % (text.length + 1)), text.length].sort((a, b) => a - b);
  let through = '';
  for (const [index, end] of places.entries()) {
    const passing = answers.pass(Buffer.from(text.slice(places[index - 1] ?? 0, end), 'latin1'));
    if (passing === null) return { text: through, isRefused: true };
    through += passing.toString('latin1');
  }
  return { text: through, isRefused: false };
}

describe('RtspAnswers', () => {
  it.each([
    'RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n',
    'RTSP/1.1 401\nWWW-Authenticate: Basic realm="RTSP/1.0 302"\n\n',
    'RTSP/1.0 200 OK\r\nContent-Length: 20\r\n\r\nRTSP/1.0 302 a body.RTSP/1.0 454 Session\r\n\r\n',
    'RTSP/1.0 200 \xe9\r\ncontent-length:0 \r\nContent-Base: rtsp://x/\r\nno header\r\n\r\n',
    'RTSP/1.0 503 Busy\r\n\r\n',
  ])('lets pass %j', (text) => {
    expect(passed(text)).toEqual({ text, isRefused: false });
    expect(passed(text, [...Array(text.length).keys()])).toEqual({ text, isRefused: false });
  });

  it.each([
    ...REDIRECTS,
    'RTSP/2.0 200 OK',
    'RTSP/1.0 2000',
    'RTSP/1.0 200\tOK',
    'RTSP/1.0 200 OK\nlocation : x',
    'RTSP/1.0 200 OK\n Location: x',
    'RTSP/1.0 200 OK\nContent-Length: -1',
    'RTSP/1.0 200 OK\nContent-Length: 99999999',
    'RTSP/1.0 200 OK\nContent-Length: 1\nContent-Length: 1',
    `RTSP/1.0 200 OK\nX: ${'x'.repeat(4100)}`,
    'REDIRECT rtsp://x RTSP/1.0\nLocation: rtsp://y',
    '',
  ])('refuses %j', (text) => {
    expect(passed(`${text}\n\n`).isRefused).toBe(true);
  });

  it('refuses a head that has no end', () => {
    expect(passed('\r'.repeat(8193)).isRefused).toBe(true);
    expect(passed(`RTSP/1.0 200 OK\n${'X: y\n'.repeat(2000)}`).isRefused).toBe(true);
  });

  it('gives back what it holds', () => {
    const answers = new RtspAnswers();
    expect(answers.pass(Buffer.from('RTSP/1.0 20'))).toEqual(Buffer.alloc(0));
    expect(String(answers.release())).toBe('RTSP/1.0 20');
    expect(answers.release()).toEqual(Buffer.alloc(0));
  });

  it.each(REDIRECTS)('guards against what FFmpeg takes for a redirect: %j', (text) => {
    expect(statusesOf(`${text}\nLocation: x\n\n`).some(isRedirect)).toBe(true);
  });

  it('lets nothing pass that FFmpeg takes for a redirect', () => {
    const text = fc.array(fc.constantFrom(...PIECES), { maxLength: 30 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(text, fc.array(fc.nat(), { maxLength: 5 }), (hostile, cuts) => {
        for (const all of [hostile, `RTSP/1.0 200 OK\r\n${hostile}`]) {
          const through = passed(all, cuts).text;
          expect(statusesOf(through).filter(isRedirect)).toEqual([]);
          expect(all.startsWith(through)).toBe(true);
        }
      }),
      { numRuns: 3000 },
    );
  });
});

function isRedirect(status: number): boolean {
  return status >= 300 && status < 400;
}

/** The statuses that FFmpeg reads in `text` (`ff_rtsp_read_reply`, with what C's `atoi` and `strspn` do). */
function statusesOf(text: string): number[] {
  const statuses: number[] = [];
  let at = 0;
  let lines: string[] = [];
  let line = '';
  while (at < text.length) {
    const char = text.charAt(at++);
    if (char === '$' && line === '') {
      at += 3 + text.charCodeAt(at + 1) * 256 + text.charCodeAt(at + 2);
    } else if (char !== '\n') {
      if (char !== '\r' && line.length < 4095) line += char;
    } else if (line !== '' && !line.startsWith('\0')) {
      lines.push(line.replace(/\0[^]*/, ''));
      line = '';
    } else {
      const [, protocol = '', status = ''] =
        /^[ \t\r\n]*([^ \t\r\n]*)[ \t\r\n]*([^ \t\r\n]*)/.exec(lines[0] ?? '') ?? [];
      if (protocol.startsWith('RTSP/')) statuses.push(atoi(status.slice(0, 63)));
      const lengths = lines.slice(1).flatMap((each) => /^content-length:(.*)/is.exec(each)?.[1] ?? []);
      at += Math.max(0, atoi(lengths.at(-1) ?? ''));
      [lines, line] = [[], ''];
    }
  }
  return statuses;
}

function atoi(text: string): number {
  const digits = /^[ \t\n\v\f\r]*([+-]?\d+)/.exec(text)?.[1] ?? '0';
  const long = BigInt(digits.replace('+', ''));
  const [least, most] = [-(2n ** 63n), 2n ** 63n - 1n];
  return Number(BigInt.asIntN(32, long < least ? least : long > most ? most : long));
}
