import { describe, expect, it } from 'vitest';
import { areEven, meanRate, parseFrameTimes } from '../../../../server/sources/frame-times.js';

/** Times of `count` pictures at `fps`, in whole milliseconds as Matroska has them. */
function times(count: number, fps: number, startMs = 0): number[] {
  return Array.from({ length: count }, (_, n) => (startMs + Math.round((n * 1000) / fps)) / 1000);
}

describe('parseFrameTimes', () => {
  it('brings times from the order of decoding into that of showing', () => {
    expect(parseFrameTimes('0.000000\n0.133000\n0.067000\n0.033000\n0.100000\n')).toEqual({
      seconds: [0, 0.033, 0.067, 0.1, 0.133],
      isWhole: true,
    });
  });

  it('reads what older versions print after the number', () => {
    expect(parseFrameTimes('0.000000,\n0.033000|x\n')?.seconds).toEqual([0, 0.033]);
  });

  it('knows that more than a minute was cut off', () => {
    expect(parseFrameTimes(times(1800, 30).join('\n'))?.isWhole).toBe(false);
    expect(parseFrameTimes(times(1700, 30).join('\n'))?.isWhole).toBe(true);
  });

  it.each(['', '\n', '0.5\n', 'N/A\nN/A\n', '0.000000\nN/A\n0.066000\n'])('is null for %j', (output) => {
    expect(parseFrameTimes(output)).toBeNull();
  });
});

describe('meanRate', () => {
  it('counts from the first picture to the last', () => {
    expect(meanRate({ seconds: [1, 1.1, 1.2, 2], isWhole: true })).toBe(3);
  });
});

describe('areEven', () => {
  it.each([10, 23.976, 24_000 / 1001, 25, 30_000 / 1001, 30, 60, 120, 240])(
    'takes whole milliseconds at %d fps',
    (fps) => {
      expect(areEven({ seconds: times(60 * Math.ceil(fps), fps, 67), isWhole: false }, fps)).toBe(true);
    },
  );

  it('does not take a rate for another that is near', () => {
    expect(areEven({ seconds: times(1800, 30_000 / 1001), isWhole: false }, 30)).toBe(false);
  });

  it('sees one picture that is missing', () => {
    const seconds = times(100, 30).filter((_, index) => index !== 50);
    expect(areEven({ seconds, isWhole: true }, 30)).toBe(false);
  });
});
