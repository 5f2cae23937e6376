import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { statedResolutionUs, statedTime } from '../../../../shared/http/stated-time.js';

const TIME_US = 1_700_000_000_123_456;

function timeOf(text: string) {
  return statedTime((name) => (name === 'x-timestamp' ? text : undefined))?.timeUs ?? null;
}

describe('statedTime', () => {
  it.each([
    ['1700000000.123456', TIME_US],
    [' 1700000000.123456 ', TIME_US],
    ['1700000000', 1_700_000_000_000_000],
    ['1700000000123', 1_700_000_000_123_000],
    ['1700000000123.456', TIME_US],
    ['1700000000123456', TIME_US],
    ['1700000000123456000', TIME_US],
    ['2023-11-14T22:13:20.123Z', 1_700_000_000_123_000],
    ['2023-11-14T23:13:20+01:00', 1_700_000_000_000_000],
  ])('reads %s', (text, timeUs) => {
    expect(timeOf(text)).toBe(timeUs);
  });

  it.each([
    '',
    '0',
    '12345.678',
    '999999999',
    '-1700000000',
    '1.7e9',
    '0x654321ab',
    'NaN',
    'Infinity',
    '1700000000 s',
    '1700000000,5',
    '99999999999999999999999',
    '2023-11-14',
    '2023-11-14T22:13:20',
    '2023-13-14T22:13:20Z',
    'Tue, 14 Nov 2023 22:13:20 GMT',
  ])('does not take "%s" for a time', (text) => {
    expect(timeOf(text)).toBeNull();
  });

  it('there is none without the header', () => {
    expect(statedTime(() => undefined)).toBeNull();
  });

  it.each([
    ['250', 250],
    [' 0 ', 0],
    ['', null],
    ['-1', null],
    ['1.5', null],
    ['1234567890123456', null],
  ])('takes an error of "%s"', (text, errorUs) => {
    const headers = new Map([
      ['x-timestamp', '1700000000'],
      ['x-clock-error-us', text],
    ]);
    expect(statedTime((name) => headers.get(name))?.errorUs).toBe(errorUs);
  });

  it('takes any text, and gives whole microseconds after 2001', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.double().map(String), fc.bigInt({ min: 0n }).map(String)), (text) => {
        const timeUs = timeOf(text);
        if (timeUs === null) return;
        expect(Number.isInteger(timeUs)).toBe(true);
        expect(timeUs).toBeGreaterThanOrEqual(1_000_000_000_000_000);
      }),
    );
  });
});

describe('how exact a stated time is', () => {
  it.each([
    ['1700000000.123456', 1],
    ['1700000000.123', 1000],
    ['1700000000', 1_000_000],
    ['1700000000.1234567', 1],
    ['1700000000123', 1000],
    ['1700000000123456', 1],
    ['1700000000123456789', 1],
    ['2023-11-14T22:13:20Z', 1_000_000],
    ['2023-11-14T22:13:20.5Z', 100_000],
    ['2023-11-14T22:13:20.123456Z', 1000],
    ['soon', 0],
    ['', 0],
  ])('%s is %d µs', (text, resolutionUs) => {
    expect(statedResolutionUs((name) => (name === 'x-timestamp' ? text : undefined))).toBe(resolutionUs);
  });
});
