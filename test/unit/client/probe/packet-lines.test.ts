import { describe, expect, it } from 'vitest';
import { PacketLines } from '../../../../client/probe/packet-lines.js';
import { readPgm } from '../../../../client/probe/pgm-picture.js';
import { pgmFile } from '../../../helpers/nut-file.js';

/** The lengths that are read in `text` when it comes in pieces of `pieceBytes`. */
function lengthsIn(text: string, pieceBytes: number): number[] {
  const lengths: number[] = [];
  const lines = new PacketLines((lengthBytes) => lengths.push(lengthBytes));
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    lines.filled(bytes.copy(lines.target(), 0, at, at + pieceBytes));
  }
  lines.end();
  return lengths;
}

const LINES = `#software: Lavf59.27.100
#tb 0: 1/12800
#dimensions 0: 1280x720
0,          0,          0,      512,    20178, 0x62e1e6bf
0,       -512,        512,      512,      989, 0x6df011e1, F=0x0
0,     NOPTS,      NOPTS,        0,     2418, 0xd2960a51, S=1, 10, 0x1
${'x'.repeat(5000)}
0, 1, 1, 1, 7, 0x0
`;

describe('PacketLines', () => {
  it.each([1, 7, 1000, 8192])('reads how long packets are, in pieces of %i bytes', (pieceBytes) => {
    expect(lengthsIn(LINES, pieceBytes)).toEqual([20_178, 989, 2418, 7]);
  });

  it('passes over what it does not know', () => {
    expect(lengthsIn('0, 1, 1, 1, 99999999999999999999, 0x0\n0, 1, 1\nhello\n\n', 10)).toEqual([]);
  });
});

describe('readPgm', () => {
  it('reads a picture where it lies', () => {
    const { data, width, height } = readPgm(pgmFile(40, 30, 77));
    expect([width, height, data.length, data[0], data.at(-1)]).toEqual([40, 30, 1200, 77, 77]);
  });

  it.each([
    ['no PGM', Buffer.from('P6\n1 1\n255\nabc')],
    ['one that is cut short', pgmFile(40, 30, 1).subarray(0, 100)],
    ['an empty one', Buffer.from('P5\n0 0\n255\n')],
    ['nothing', Buffer.alloc(0)],
  ])('refuses %s', (_, file) => {
    expect(() => readPgm(file)).toThrow(RangeError);
  });
});
