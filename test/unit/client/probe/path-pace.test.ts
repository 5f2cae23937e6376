import { describe, expect, it } from 'vitest';
import { PathPace } from '../../../../client/probe/path-pace.js';
import { greyPicture } from '../../../helpers/probe-samples.js';

/** Pictures whose steps of the time line, in which they also come, are these, after 20 of 40 ms. */
function paceOf(stepsMs: readonly number[]): PathPace {
  const pace = new PathPace();
  let timeUs = 0;
  for (const stepMs of [...Array<number>(20).fill(40), ...stepsMs]) {
    timeUs += stepMs * 1000;
    pace.onPicture(greyPicture(timeUs, 1, { mediaTimeUs: timeUs }));
  }
  return pace;
}

describe('PathPace', () => {
  it('takes three equal steps for another rate, and for no gaps', () => {
    const pace = paceOf(Array<number>(100).fill(80));
    expect([pace.periodUs, pace.figures().mediaGaps, pace.figures().arrivalGaps.count]).toEqual([
      80_000,
      { count: 0, frames: 0 },
      0,
    ]);
  });

  it('goes back to the rate from before', () => {
    const pace = paceOf([80, 80, 80, 80, 40, 40, 40, 80, 40]);
    expect([pace.periodUs, pace.figures().mediaGaps]).toEqual([40_000, { count: 1, frames: 1 }]);
  });

  it('keeps the gaps that are none of a new rate', () => {
    const pace = paceOf([80, 40, 80, 80, 40, 200, 40, 80, 80, 80]);
    expect([pace.periodUs, pace.figures().mediaGaps]).toEqual([80_000, { count: 4, frames: 7 }]);
  });
});
