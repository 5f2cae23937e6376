import { describe, expect, it } from 'vitest';
import { frameRateFromText, numberFromText } from '../../../shared/number-text.js';

describe('numberFromText', () => {
  it.each([
    ['0', 0],
    ['8000', 8000],
    ['-1', -1],
    ['+2.5', 2.5],
    ['.5', 0.5],
    ['2.', 2],
    ['007', 7],
  ])('reads %s', (text, value) => {
    expect(numberFromText(text)).toBe(value);
  });

  it.each(['', ' ', ' 1', '1 ', '1e3', '0x10', '1,5', 'NaN', 'Infinity', '.', '-', '1\n', '१'])(
    'refuses %j',
    (text) => {
      expect(numberFromText(text)).toBeNull();
    },
  );
});

describe('frameRateFromText', () => {
  it.each([
    ['25', 25],
    ['29.97', 29.97],
    ['30000/1001', 30_000 / 1001],
    ['60/1', 60],
  ])('reads %s', (text, value) => {
    expect(frameRateFromText(text)).toBe(value);
  });

  it.each(['', '/', '30/', '/1', '30/0', '-30/-1', '1/2/3', 'fast'])('refuses %j', (text) => {
    expect(frameRateFromText(text)).toBeNull();
  });
});
