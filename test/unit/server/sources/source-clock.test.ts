import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ASSUMED_CLOCK_ERROR_US, SourceClock } from '../../../../server/sources/source-clock.js';

const NOW_US = 1_700_000_000_000_000;
const SECOND_US = 1_000_000;

/** Stamps frames given as [source, arrival] in seconds from `NOW_US`, and returns the last stamp. */
function stampAll(clock: SourceClock, ...frames: readonly (readonly [number, number])[]) {
  const stamps = frames.map(([sourceS, arrivalS]) =>
    clock.stamp(NOW_US + sourceS * SECOND_US, NOW_US + arrivalS * SECOND_US),
  );
  const last = stamps.at(-1);
  if (!last) throw new Error('no frames');
  return { ...last, captureS: (last.captureTimeUs - NOW_US) / SECOND_US };
}

describe('SourceClock', () => {
  it('takes the time of a clock that can be right', () => {
    expect(new SourceClock().stamp(NOW_US - 40_000, NOW_US)).toEqual({
      captureTimeUs: NOW_US - 40_000,
      timeSource: 'source',
      clockErrorUs: ASSUMED_CLOCK_ERROR_US,
      jumpUs: null,
    });
  });

  it('takes the error that the source states', () => {
    expect(new SourceClock().stamp(NOW_US - 40_000, NOW_US, 123).clockErrorUs).toBe(123);
    expect(new SourceClock().stamp(NOW_US - 40_000, NOW_US, 0).clockErrorUs).toBe(0);
  });

  it.each([
    [-60, 'source'],
    [-60.000001, 'arrival'],
    [1, 'source'],
    [1.000001, 'arrival'],
    [-1_700_000_000, 'arrival'],
  ])('a frame captured %f s from its arrival is stamped by the %s', (sourceS, timeSource) => {
    const stamp = stampAll(new SourceClock(), [sourceS, 0]);
    expect(stamp.timeSource).toBe(timeSource);
    expect(stamp.captureS).toBeCloseTo(timeSource === 'source' ? sourceS : 0, 6);
  });

  it('an arrival has no error, and the first one says how far the clock is off', () => {
    const clock = new SourceClock();
    expect(stampAll(clock, [3600, 0])).toMatchObject({ clockErrorUs: 0, jumpUs: 3600 * SECOND_US });
    expect(stampAll(clock, [3601, 1])).toMatchObject({ timeSource: 'arrival', jumpUs: null });
  });

  it('is in error by at least as much as a frame was ahead of its arrival in the last minute', () => {
    const clock = new SourceClock();
    expect(stampAll(clock, [0.3, 0]).clockErrorUs).toBe(300_000);
    expect(stampAll(clock, [59, 59.1]).clockErrorUs).toBe(300_000);
    expect(stampAll(clock, [60, 60.1]).clockErrorUs).toBe(ASSUMED_CLOCK_ERROR_US);
  });

  it('forgets how far ahead the clock was when it is set', () => {
    expect(stampAll(new SourceClock(), [0.9, 0], [0, 0.1])).toMatchObject({
      clockErrorUs: ASSUMED_CLOCK_ERROR_US,
      jumpUs: -SECOND_US,
    });
  });

  it.each([
    [
      'forward by 5 s',
      [
        [-10, 0],
        [-4.9, 0.1],
      ],
      5,
    ],
    [
      'forward by less than 2 s',
      [
        [-10, 0],
        [-8, 0.1],
      ],
      null,
    ],
    [
      'back by 200 ms',
      [
        [0, 0],
        [-0.15, 0.05],
      ],
      -0.2,
    ],
    [
      'back by 100 ms',
      [
        [0, 0],
        [-0.1, 0.05],
      ],
      null,
    ],
    [
      'out of what can be',
      [
        [0, 0],
        [100, 0.1],
      ],
      99.9,
    ],
    [
      'back into what can be',
      [
        [100, 0],
        [0.1, 0.1],
      ],
      -100,
    ],
    [
      'forward after a pause of a minute and a half',
      [
        [-10, 0],
        [85, 90],
      ],
      5,
    ],
  ] as const)('a clock that is set %s', (_, frames, jumpS) => {
    const { jumpUs } = stampAll(new SourceClock(), ...frames);
    expect(jumpUs === null ? null : Math.round(jumpUs) / SECOND_US).toBe(jumpS);
  });

  it.each([
    [
      'a frame that was held up on its way',
      [
        [0, 0],
        [0.1, 5],
      ],
    ],
    [
      'the frame that comes in time after one that was held up',
      [
        [0, 0],
        [0.1, 5],
        [5.1, 5.1],
      ],
    ],
    [
      'a pause of the camera',
      [
        [0, 0],
        [40, 40],
      ],
    ],
  ] as const)('%s is no leap', (_, frames) => {
    expect(stampAll(new SourceClock(), ...frames).jumpUs).toBeNull();
  });

  it('a leap is told once', () => {
    const clock = new SourceClock();
    stampAll(clock, [-10, 0], [-4.9, 0.1]);
    expect(stampAll(clock, [-4.8, 0.2]).jumpUs).toBeNull();
  });

  const frames = fc.array(
    fc.record({
      afterUs: fc.integer({ min: 0, max: 5 * SECOND_US }),
      lagUs: fc.integer({ min: -1_500_000, max: 70 * SECOND_US }),
      errorUs: fc.option(fc.integer({ min: 0, max: SECOND_US })),
    }),
    { minLength: 1, maxLength: 200 },
  );

  it('gives a time that can be, and never less error than the frame itself shows', () => {
    fc.assert(
      fc.property(frames, (sent) => {
        const clock = new SourceClock();
        let arrivalUs = NOW_US;
        for (const { afterUs, lagUs, errorUs } of sent) {
          arrivalUs += afterUs;
          const stamp = clock.stamp(arrivalUs - lagUs, arrivalUs, errorUs);
          const isUsable = lagUs >= -SECOND_US && lagUs <= 60 * SECOND_US;
          expect(stamp.timeSource).toBe(isUsable ? 'source' : 'arrival');
          expect(stamp.captureTimeUs).toBe(isUsable ? arrivalUs - lagUs : arrivalUs);
          if (isUsable) expect(stamp.clockErrorUs).toBeGreaterThanOrEqual(Math.max(errorUs ?? 50_000, -lagUs));
          else expect(stamp.clockErrorUs).toBe(0);
        }
      }),
    );
  });

  it('with a clock that is never set, the true time lies within the error, and delays are no leaps', () => {
    const delays = fc.array(
      fc.record({ afterUs: fc.integer({ min: 1000, max: SECOND_US }), delayUs: fc.nat(10 * SECOND_US) }),
      { minLength: 1, maxLength: 200 },
    );
    fc.assert(
      fc.property(delays, fc.integer({ min: -50_000, max: 50_000 }), (sent, offsetUs) => {
        const clock = new SourceClock();
        let capturedUs = NOW_US;
        let arrivalUs = NOW_US;
        for (const { afterUs, delayUs } of sent) {
          capturedUs += afterUs;
          // In order, as over one connection.
          arrivalUs = Math.max(arrivalUs, capturedUs + delayUs);
          const stamp = clock.stamp(capturedUs + offsetUs, arrivalUs);
          if (stamp.timeSource === 'arrival') continue;
          expect(Math.abs(stamp.captureTimeUs - capturedUs)).toBeLessThanOrEqual(stamp.clockErrorUs);
        }
      }),
    );
  });
});
