import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  columnEdgePx,
  COLUMNS,
  payloadOf,
  placeAfter,
  rowEdgePx,
  ROWS,
  timecodeOf,
} from '../../../../shared/timecode/timecode-layout.js';
import { TIMECODE } from '../../../helpers/timecode-pictures.js';
import { TIMECODE_VECTORS } from '../../../helpers/timecode-vectors.js';

const PAYLOAD_BITS = 112;

describe('timecode payload', () => {
  it.each(TIMECODE_VECTORS.codes)('is that of the test vectors: $name', ({ rows, name: _name, ...timecode }) => {
    const cells = [...rows.slice(1, 3).join('')].map(Number);
    expect(payloadOf(timecode)).toEqual(cells);
    expect(timecodeOf(cells)).toEqual(timecode);
  });

  it.each(TIMECODE_VECTORS.refused)('says nothing with $name', ({ rows }) => {
    expect(timecodeOf([...rows.slice(1, 3).join('')].map(Number))).toBeNull();
  });

  it('gives everything back', () => {
    fc.assert(
      fc.property(TIMECODE, (timecode) => {
        expect(timecodeOf(payloadOf(timecode))).toEqual(timecode);
      }),
    );
  });

  it('is refused when up to three of its bits are wrong', () => {
    const wrong = fc.uniqueArray(fc.nat(PAYLOAD_BITS - 1), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(TIMECODE, wrong, (timecode, indices) => {
        const payload = payloadOf(timecode);
        for (const index of indices) payload[index] = 1 - (payload[index] ?? 0);
        expect(timecodeOf(payload)).toBeNull();
      }),
    );
  });

  it('is refused when it is all black, all white, alternating or too short', () => {
    expect(timecodeOf(new Array<number>(PAYLOAD_BITS).fill(0))).toBeNull();
    expect(timecodeOf(new Array<number>(PAYLOAD_BITS).fill(1))).toBeNull();
    expect(timecodeOf(Array.from({ length: PAYLOAD_BITS }, (_, index) => index % 2))).toBeNull();
    expect(timecodeOf([])).toBeNull();
  });
});

describe('timecode cells', () => {
  it.each(TIMECODE_VECTORS.edges)('begin and end where they do in $width x $height', ({ width, height, ...edges }) => {
    expect(Array.from({ length: COLUMNS + 1 }, (_, column) => columnEdgePx(column, width))).toEqual(edges.columns);
    expect(Array.from({ length: ROWS + 1 }, (_, row) => rowEdgePx(row, height))).toEqual(edges.rows);
  });

  it('are all in the picture after a crop of 5 % of each side', () => {
    const crop = fc.double({ min: 0, max: 0.05, noNaN: true });
    fc.assert(
      fc.property(crop, crop, crop, crop, (left, right, top, bottom) => {
        const place = placeAfter({ left, right, top, bottom });
        expect(place.left).toBeGreaterThan(0);
        expect(place.right).toBeLessThan(1);
        expect(place.top).toBeGreaterThan(0);
        expect(place.bottom).toBeLessThan(26 / 144);
      }),
    );
  });
});
