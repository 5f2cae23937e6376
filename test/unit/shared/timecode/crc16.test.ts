import { describe, expect, it } from 'vitest';
import { crc16 } from '../../../../shared/timecode/crc16.js';

describe('crc16', () => {
  it('has the check value of its catalogue entry', () => {
    expect(crc16(Buffer.from('123456789'))).toBe(0x29b1);
  });

  it('begins with all bits set', () => {
    expect(crc16([])).toBe(0xffff);
  });

  it('stays within sixteen bits', () => {
    for (let byte = 0; byte < 256; byte += 1) expect(crc16([byte, byte])).toBeLessThan(0x10000);
  });
});
