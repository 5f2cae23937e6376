import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { edgePx, payloadOf, SYNC, timeOf } from '../../../../shared/timecode/timecode-layout.js';

const TIME_US = fc.maxSafeNat();

describe('timecode payload', () => {
  it('is the time in 64 bits and its checksum in 16', () => {
    const bits = payloadOf(1_700_000_000_123_456).join('');
    expect(bits.slice(0, 64)).toBe((1_700_000_000_123_456).toString(2).padStart(64, '0'));
    // Worked out by another implementation: Python's binascii.crc_hqx(bytes, 0xffff).
    expect(parseInt(bits.slice(64), 2)).toBe(0xa749);
  });

  it('gives every time back', () => {
    fc.assert(fc.property(TIME_US, (timeUs) => timeOf(payloadOf(timeUs)) === timeUs));
  });

  it('is refused when any one or two of its bits are wrong', () => {
    const bit = fc.integer({ min: 0, max: 79 });
    fc.assert(
      fc.property(TIME_US, bit, bit, (timeUs, first, second) => {
        const payload = payloadOf(timeUs);
        for (const index of new Set([first, second])) payload[index] = 1 - (payload[index] ?? 0);
        expect(timeOf(payload)).toBeNull();
      }),
    );
  });
});

describe('timecode cells', () => {
  it('fill the width without gap or overlap', () => {
    expect(edgePx(0, 48, 1279)).toBe(0);
    expect(edgePx(48, 48, 1279)).toBe(1279);
  });

  it('have as many white as black sync cells in each row', () => {
    for (const row of SYNC) expect(row.filter((bit) => bit === 1)).toHaveLength(row.length / 2);
  });
});
