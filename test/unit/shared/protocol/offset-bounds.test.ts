import { describe, expect, it } from 'vitest';
import { LOWER, OffsetBounds, type Side, UPPER } from '../../../../shared/protocol/offset-bounds.js';

function filled(side: Side, capacity: number, offsetsUs: readonly number[], wander = 0): OffsetBounds {
  const bounds = new OffsetBounds(side, capacity, wander);
  offsetsUs.forEach((offsetUs, i) => bounds.add({ atUs: i * 10, offsetUs }, -Infinity));
  return bounds;
}

function offsets(bounds: OffsetBounds): number[] {
  return bounds.items.map((bound) => bound.offsetUs);
}

describe('OffsetBounds', () => {
  it('keeps all bounds, oldest first, while there is room', () => {
    expect(filled(UPPER, 4, [5, 7, 6, 5]).items).toEqual([
      { atUs: 0, offsetUs: 5 },
      { atUs: 10, offsetUs: 7 },
      { atUs: 20, offsetUs: 6 },
      { atUs: 30, offsetUs: 5 },
    ]);
  });

  it('drops the upper bound that lies highest over its neighbours', () => {
    expect(offsets(filled(UPPER, 4, [5, 9, 5, 7, 5]))).toEqual([5, 5, 7, 5]);
  });

  it('drops the lower bound that lies deepest under its neighbours', () => {
    expect(offsets(filled(LOWER, 4, [5, 1, 5, 3, 5]))).toEqual([5, 5, 3, 5]);
  });

  it('drops the flattest corner when all are on the hull', () => {
    expect(offsets(filled(UPPER, 4, [10, 4, 3, 4, 10]))).toEqual([10, 4, 4, 10]);
    expect(offsets(filled(LOWER, 4, [-10, -4, -3, -4, -10]))).toEqual([-10, -4, -4, -10]);
  });

  it('never drops the oldest or the newest', () => {
    const bounds = filled(UPPER, 3, [900, 1, 2, 1, 2, 1, 800]);
    expect(offsets(bounds).at(0)).toBe(900);
    expect(offsets(bounds).at(-1)).toBe(800);
    expect(bounds.items).toHaveLength(3);
  });

  it('forgets what is older than the horizon, whether that is nothing, some or all', () => {
    const bounds = filled(UPPER, 10, [1, 2, 3, 4]);
    bounds.add({ atUs: 40, offsetUs: 5 }, 0);
    expect(offsets(bounds)).toEqual([1, 2, 3, 4, 5]);
    bounds.add({ atUs: 50, offsetUs: 6 }, 20);
    expect(offsets(bounds)).toEqual([3, 4, 5, 6]);
    bounds.add({ atUs: 1000, offsetUs: 7 }, 900);
    expect(offsets(bounds)).toEqual([7]);
    bounds.clear();
    expect(offsets(bounds)).toEqual([]);
  });

  it('keeps bounds spread over time when all say the same, so that forgetting the oldest leaves no hole', () => {
    const bounds = filled(UPPER, 9, new Array<number>(801).fill(5), 0.001);
    const times = bounds.items.map((bound) => bound.atUs);
    const gaps = times.slice(1).map((atUs, i) => atUs - (times[i] ?? 0));
    expect(times).toHaveLength(9);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(2000);
  });

  it('takes bounds of the same moment', () => {
    const bounds = new OffsetBounds(UPPER, 3, 0);
    for (const offsetUs of [5, 8, 6, 7, 9]) bounds.add({ atUs: 0, offsetUs }, -Infinity);
    expect(bounds.items).toHaveLength(3);
  });
});
