import { describe, expect, it } from 'vitest';
import { percentileCurve, percentileText, readingQuantiles } from '../../../../client/report/percentile-curve.js';
import { LatencyHistogram } from '../../../../shared/histogram.js';

describe('percentileCurve', () => {
  it('goes from the least value to the greatest, and each nine takes as much room', () => {
    const { count, points } = percentileCurve(distributionOf(Array.from({ length: 1000 }, (_, index) => index + 1)));
    expect(count).toBe(1000);
    expect(points[0]).toEqual({ quantile: 0, decade: 0, us: 1 });
    expect(points.at(-1)).toEqual({ quantile: 1, decade: 3, us: 1000 });
    const p99 = points.find(({ decade }) => decade === 2);
    expect(p99?.us).toBe(990);
    for (const [index, point] of points.slice(1).entries())
      expect(point.us).toBeGreaterThanOrEqual(points[index]?.us ?? 0);
  });

  it('keeps values below zero', () => {
    const curve = percentileCurve(distributionOf([-50, 10, 20]));
    expect(curve.at(0)).toBe(-50);
    expect(curve.points[0]?.us).toBe(-50);
  });

  it('is empty for nothing, and for a histogram that cannot be decoded', () => {
    for (const distribution of [distributionOf([]), { values: 'no histogram' }, { values: '' }]) {
      const { count, points, at } = percentileCurve(distribution);
      expect({ count, points, p50: at(0.5) }).toEqual({ count: 0, points: [], p50: null });
    }
  });

  it('draws a single value', () => {
    expect(percentileCurve(distributionOf([7])).points.map(({ us }) => us)).toEqual([7, 7, 7]);
  });
});

describe('readingQuantiles', () => {
  it('has nine to each nine, as far as there are values for it', () => {
    const words = readingQuantiles(1000).map(percentileText);
    expect(words.slice(0, 3)).toEqual(['p0', 'p10', 'p20']);
    expect(words.slice(-4)).toEqual(['p99.7', 'p99.8', 'p99.9', 'max']);
    expect(readingQuantiles(5).map(percentileText)).toEqual([
      'p0',
      'p10',
      'p20',
      'p30',
      'p40',
      'p50',
      'p60',
      'p70',
      'p80',
      'max',
    ]);
  });
});

function distributionOf(values: readonly number[]) {
  const histogram = new LatencyHistogram();
  for (const value of values) histogram.record(value);
  const negative = histogram.encodeNegative();
  return { values: histogram.encode(), ...(negative !== null && { negative }) };
}
