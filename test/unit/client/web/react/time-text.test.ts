import { describe, expect, it } from 'vitest';
import { ageText, timeOfDay } from '../../../../../client/web/react/time-text.js';

describe('ageText', () => {
  it.each([
    [0, '0 s'],
    [999, '0 s'],
    [12_300, '12 s'],
    [59_999, '59 s'],
    [60_000, '1 min 0 s'],
    [200_000, '3 min 20 s'],
    [7_500_000, '2 h 05 min'],
  ])('says %i ms as %s', (ageMs, text) => {
    expect(ageText(ageMs)).toBe(text);
  });
});

describe('timeOfDay', () => {
  const then = new Date(2026, 4, 3, 9, 3, 7).getTime();

  it('is hours, minutes and seconds of the time zone here', () => {
    expect(timeOfDay(then, then + 60_000)).toBe('09:03:07');
  });

  it('has the date once it is a day ago', () => {
    expect(timeOfDay(then, then + 86_400_000)).toBe('2026-05-03 09:03:07');
  });
});
