import { describe, expect, it } from 'vitest';
import { date, empty, float, master, text, unsigned, variableInt } from '../../../../server/recording/ebml.js';

const hex = (bytes: Buffer): string => bytes.toString('hex');

describe('variableInt', () => {
  // RFC 8794, section 4.4: all ones are reserved, so 127 needs two bytes.
  it.each([
    [0, '80'],
    [2, '82'],
    [126, 'fe'],
    [127, '407f'],
    [16_382, '7ffe'],
    [16_383, '203fff'],
    [2 ** 21 - 1, '101fffff'],
    [2 ** 28 - 1, '080fffffff'],
    [2 ** 35 - 1, '0407ffffffff'],
  ])('writes %i in as few bytes as it takes', (value, bytes) => {
    expect(hex(variableInt(value))).toBe(bytes);
  });

  it('writes as many bytes as it is told', () => {
    expect(hex(variableInt(2, 2))).toBe('4002');
    expect(hex(variableInt(2, 4))).toBe('10000002');
  });
});

describe('elements', () => {
  it('hold id, length and data', () => {
    expect(hex(unsigned(0x4286, 1))).toBe('42868101');
    expect(hex(unsigned(0x2ad7b1, 1000))).toBe('2ad7b18203e8');
    expect(hex(unsigned(0xe7, 0))).toBe('e78100');
    expect(hex(unsigned(0xe7, 2 ** 48 - 1))).toBe('e786ffffffffffff');
    expect(hex(unsigned(0xe7, 5, 3))).toBe('e783000005');
    expect(hex(float(0x4489, 1.5))).toBe('4489883ff8000000000000');
    expect(hex(text(0x4282, 'ab'))).toBe('4282826162');
    expect(hex(text(0x7ba9, 'ü'))).toBe('7ba982c3bc');
  });

  it('hold others', () => {
    expect(hex(master(0x1a45dfa3, unsigned(0x4286, 1), unsigned(0x42f7, 1)))).toBe('1a45dfa3884286810142f78101');
  });

  it('can be room for others', () => {
    expect(hex(empty(2))).toBe('ec80');
    expect(empty(96)).toEqual(Buffer.concat([Buffer.from('ecde', 'hex'), Buffer.alloc(94)]));
  });

  it('hold dates as nanoseconds since 2001', () => {
    expect(hex(date(0x4461, Date.UTC(2001, 0, 1) * 1000))).toBe('4461880000000000000000');
    expect(hex(date(0x4461, Date.UTC(2001, 0, 1) * 1000 + 1))).toBe('44618800000000000003e8');
    expect(hex(date(0x4461, Date.UTC(2000, 11, 31, 23, 59, 59, 999) * 1000 + 999))).toBe('446188fffffffffffffc18');
  });
});
