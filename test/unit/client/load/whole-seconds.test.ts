import { describe, expect, it } from 'vitest';
import { WholeSeconds } from '../../../../client/load/whole-seconds.js';

const SECOND_US = 1_000_000;

describe('WholeSeconds', () => {
  it('counts from the second after the first frame on', () => {
    const seconds = new WholeSeconds(0, false);
    expect(seconds.extremes()).toBeNull();
    for (const at of [0.5, 1.1, 1.2, 1.9, 2.5]) seconds.onFrame(at * SECOND_US);
    seconds.advance(2.9 * SECOND_US);
    expect(seconds.extremes()).toEqual({ min: 3, max: 3 });
    seconds.advance(3 * SECOND_US);
    expect(seconds.extremes()).toEqual({ min: 1, max: 3 });
  });

  it('has seconds of nothing while a stream that was there is silent, and none after its end', () => {
    const seconds = new WholeSeconds(0, true);
    seconds.onFrame(0.1 * SECOND_US);
    seconds.advance(2 * SECOND_US);
    expect(seconds.extremes()).toEqual({ min: 0, max: 1 });
    const ended = new WholeSeconds(0, true);
    ended.onFrame(0.1 * SECOND_US);
    ended.stop(1.5 * SECOND_US);
    ended.advance(9 * SECOND_US);
    expect(ended.extremes()).toEqual({ min: 1, max: 1 });
  });
});
