import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatBytes,
  formatCount,
  formatDurationUs,
  formatElapsedMs,
  formatFps,
  formatMbps,
  formatOffset,
  formatPpm,
  formatWithError,
} from '../../../shared/units.js';

describe('formatDurationUs', () => {
  it.each([
    [null, '-'],
    [Number.NaN, '-'],
    [0, '0 µs'],
    [-0.2, '0 µs'],
    [1, '1 µs'],
    [850, '850 µs'],
    [999.4, '999 µs'],
    [999.5, '1.0 ms'],
    [3_140, '3.1 ms'],
    [-3_140, '-3.1 ms'],
    [99_949, '99.9 ms'],
    [99_950, '100 ms'],
    [250_400, '250 ms'],
    [999_500, '1.00 s'],
    [1_250_000, '1.25 s'],
    [9_995_000, '10.0 s'],
    [119_000_000, '119.0 s'],
    [200_000_000, '3m 20s'],
    [-7_500_000_000, '-2h 05m'],
  ])('%s µs reads %s', (us, text) => {
    expect(formatDurationUs(us)).toBe(text);
  });

  it('never shows four digits before the point', () => {
    fc.assert(
      fc.property(fc.double({ min: -119e6, max: 119e6, noNaN: true }), (us) => {
        expect(formatDurationUs(us)).toMatch(/^-?\d{1,3}(\.\d{1,2})? (µs|ms|s)$/);
      }),
    );
  });
});

describe('formatWithError', () => {
  it.each([
    [12_400, 300, '12.4 ms ± 0.3 ms'],
    [250_400, 3_000, '250 ms ± 3 ms'],
    [250_400, 300, '250.4 ms ± 0.3 ms'],
    [85_000, 40, '85.00 ms ± 0.04 ms'],
    [85_000, 4, '85.0 ms ± 4 µs'],
    [85_000, 0.001, '85.0 ms ± 1 µs'],
    [12_400, 310, '12.4 ms ± 0.4 ms'],
    [12_400, 2_901, '12.4 ms ± 3.0 ms'],
    [85_000, 0, '85.0 ms ± 0.0 ms'],
    [111_600_000, 300, '111.6 s ± 300 µs'],
    [5, 3_000, '0.0 ms ± 3.0 ms'],
    [-1_500, 200, '-1.5 ms ± 0.2 ms'],
    [500, 0, '500 µs ± 0 µs'],
    [12_400, null, '12.4 ms'],
    [null, 300, '-'],
    [3_600_000_000, 250, '1h 00m ± 250 µs'],
  ])('%s ± %s µs reads %s', (us, errorUs, text) => {
    expect(formatWithError(us, errorUs)).toBe(text);
  });

  it('never shows an error of a microsecond or more as zero', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e10 }), fc.integer({ min: 1, max: 1e9 }), (us, errorUs) => {
        const [, error] = formatWithError(us, errorUs).split(' ± ');
        expect(error).toMatch(/[1-9]/);
      }),
    );
  });
});

describe('formatOffset', () => {
  it('shows the sign of both directions', () => {
    expect(formatOffset(200, 100)).toBe('+200 µs ± 100 µs');
    expect(formatOffset(-2_000, 100)).toBe('-2.0 ms ± 0.1 ms');
    expect(formatOffset(0, 100)).toBe('0 µs ± 100 µs');
    expect(formatOffset(null, null)).toBe('-');
  });
});

describe('counts, amounts and rates', () => {
  it('shortens counts only from 10,000 on', () => {
    expect([0, 9_999, 10_000, 12_345, 999_499, 999_500, 4_500_000, 7e12].map(formatCount)).toEqual([
      '0',
      '9999',
      '10.0k',
      '12.3k',
      '999k',
      '1.0M',
      '4.5M',
      '7000G',
    ]);
  });

  it('shows bytes in powers of 1000', () => {
    expect([0, 999, 1_000, 30_140, 999_500, 1_234_000_000].map(formatBytes)).toEqual([
      '0 B',
      '999 B',
      '1.0 kB',
      '30.1 kB',
      '1.0 MB',
      '1.2 GB',
    ]);
  });

  it('shows bit rates', () => {
    expect([0, 0.42, 7.44, 250.4, 999.6, 12_500].map(formatMbps)).toEqual([
      '0.00 Mbit/s',
      '0.42 Mbit/s',
      '7.4 Mbit/s',
      '250 Mbit/s',
      '1.0 Gbit/s',
      '12.5 Gbit/s',
    ]);
  });

  it('shows frame rates', () => {
    expect([0, 30, 29.97, 23.976].map(formatFps)).toEqual(['0.0 fps', '30.0 fps', '30.0 fps', '24.0 fps']);
  });

  it('shows drift with its sign', () => {
    expect([12.34, -200, 0.01, null].map(formatPpm)).toEqual(['+12.3 ppm', '-200.0 ppm', '+0.0 ppm', '-']);
  });
});

describe('formatElapsedMs', () => {
  it.each([
    [0, '0s'],
    [59_999, '59s'],
    [60_000, '1m 00s'],
    [3_599_000, '59m 59s'],
    [7_500_000, '2h 05m'],
    [273_600_000, '3d 04h'],
  ])('%s ms reads %s', (ms, text) => {
    expect(formatElapsedMs(ms)).toBe(text);
  });
});
