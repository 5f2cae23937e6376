import { describe, expect, it } from 'vitest';
import { CuePoints } from '../../../../server/recording/cue-points.js';

describe('CuePoints', () => {
  it('takes the first frame and then one a second', () => {
    const points = new CuePoints();
    for (let frame = 0; frame < 75; frame += 1) points.offer(frame * 40_000, frame);
    expect(points.list()).toEqual([
      { timeUs: 0, position: 0 },
      { timeUs: 1_000_000, position: 25 },
      { timeUs: 2_000_000, position: 50 },
    ]);
  });

  it('takes the first frame after a gap', () => {
    const points = new CuePoints();
    for (const timeUs of [0, 30_000_000, 30_500_000, 31_000_000]) points.offer(timeUs, timeUs);
    expect(points.list().map(({ timeUs }) => timeUs)).toEqual([0, 30_000_000, 31_000_000]);
  });

  it('stays bounded in a file of a month, at even distances', () => {
    const points = new CuePoints();
    for (let second = 0; second < 30 * 86_400; second += 1) points.offer(second * 1_000_000, second);
    const list = points.list();
    expect(list.length).toBeLessThanOrEqual(16_384);
    expect(list.length).toBeGreaterThan(8_192);
    const distances = new Set(list.slice(1).map(({ timeUs }, index) => timeUs - list[index]!.timeUs));
    expect([...distances]).toEqual([256_000_000]);
    expect(list[0]?.timeUs).toBe(0);
  });
});
