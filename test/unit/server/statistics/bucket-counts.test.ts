import { describe, expect, it } from 'vitest';
import { BucketCounts } from '../../../../server/statistics/bucket-counts.js';

describe('BucketCounts', () => {
  it('begins with nothing', () => {
    expect(new BucketCounts([10, 20]).cumulative()).toEqual({ boundsUs: [10, 20], counts: [0, 0], count: 0, sumUs: 0 });
  });

  it('counts a value with every bound that it does not exceed', () => {
    const buckets = new BucketCounts([10, 20, 30]);
    buckets.add(-3);
    buckets.add(10);
    buckets.add(11, 2);
    buckets.add(30);
    buckets.add(31, 5);
    expect(buckets.cumulative()).toEqual({
      boundsUs: [10, 20, 30],
      counts: [2, 4, 5],
      count: 10,
      sumUs: -3 + 10 + 22 + 30 + 155,
    });
  });
});
