import { describe, expect, it } from 'vitest';
import { openTimesMs } from '../../../../client/cameras/ramp-reach.js';

describe('openTimesMs', () => {
  it('is the whole window without a ramp, and less from camera to camera with one', () => {
    expect(openTimesMs(3, 0, 5000)).toEqual([5000, 5000, 5000]);
    expect(openTimesMs(4, 20_000, 30_000)).toEqual([30_000, 25_000, 20_000, 15_000]);
  });

  it('leaves out those that the ramp did not come to', () => {
    expect(openTimesMs(5, 20_000, 6000)).toEqual([6000, 2000]);
    expect(openTimesMs(4, 20_000, 5000)).toEqual([5000]);
    expect(openTimesMs(0, 20_000, 5000)).toEqual([]);
  });
});
