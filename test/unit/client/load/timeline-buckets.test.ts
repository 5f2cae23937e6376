import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BucketMaxima } from '../../../../client/load/bucket-maxima.js';
import { bucketWidthUs, TimelineBuckets } from '../../../../client/load/timeline-buckets.js';
import { bucketLayout, windowOrder } from '../../../../client/load/window-order.js';

const SECOND_US = 1_000_000;
const NO_AGES = (_widthUs: number, length: number) => Array.from({ length }, () => null);

describe('TimelineBuckets', () => {
  it('joins buckets two by two when there would be more than it may have', () => {
    const buckets = new TimelineBuckets({ startUs: 0, widthUs: SECOND_US, maxBuckets: 4 });
    const bucket = (frames: number, p50: number | null, p99: number | null) => {
      return { frames, bytes: 10 * frames, latencyP50Us: p50, latencyP99Us: p99, sessions: frames };
    };
    buckets.push(bucket(1, 100, 500));
    buckets.push(bucket(3, 200, 300));
    buckets.push(bucket(5, null, null));
    expect(buckets.endUs).toBe(4 * SECOND_US);
    buckets.push(bucket(7, 50, 60));
    expect(buckets.endUs).toBe(6 * SECOND_US);
    expect(buckets.timeline(NO_AGES, true)).toEqual({
      ...{ bucketMs: 2000, frames: [4, 12], bytes: [40, 120], sessions: [3, 7], ageMaxUs: [null, null] },
      ...{ latencyP50Us: [175, 50], latencyP99Us: [500, 60] },
    });
  });

  it('has whole seconds, and room for a window that ends a little late', () => {
    expect(bucketWidthUs(60_000, 600)).toBe(SECOND_US);
    expect(bucketWidthUs(597_000, 600)).toBe(SECOND_US);
    expect(bucketWidthUs(600_000, 600)).toBe(2 * SECOND_US);
    expect(bucketWidthUs(86_400_000, 600)).toBe(145 * SECOND_US);
  });

  it('keeps reports of large crowds small', () => {
    expect(windowOrder(0, 300_000, 1000)).toMatchObject({
      ...{ buckets: { widthUs: SECOND_US, maxBuckets: 600 }, histograms: false },
      sessionBuckets: { widthUs: 6 * SECOND_US, maxBuckets: 60 },
    });
    expect(windowOrder(0, 60_000, 10)).toMatchObject({ sessionBuckets: { widthUs: SECOND_US }, histograms: true });
    expect(bucketLayout(0, 300_000, 1e6).maxBuckets).toBe(20);
  });
});

describe('BucketMaxima', () => {
  it('has the greatest value of each bucket, also of wider ones, as looking at all values gives', () => {
    const anyNotes = fc.array(fc.tuple(fc.nat(200), fc.nat(1000)), { maxLength: 60 });
    fc.assert(
      fc.property(anyNotes, fc.integer({ min: 2, max: 40 }), (notes, maxBuckets) => {
        const maxima = new BucketMaxima(1000, 10, maxBuckets);
        for (const [atUs, value] of notes) maxima.note(1000 + atUs, value);
        const { widthUs } = maxima;
        const all = maxima.all();
        expect(all.length).toBeLessThanOrEqual(maxBuckets);
        const inBucket = (index: number) => notes.filter(([atUs]) => Math.floor(atUs / widthUs) === index);
        expect(all).toEqual(
          all.map((_, index) => inBucket(index).reduce<number | null>((most, [, v]) => Math.max(most ?? 0, v), null)),
        );
        expect(maxima.of(4 * widthUs, 1)).toEqual([
          notes
            .filter(([atUs]) => atUs < 4 * widthUs)
            .reduce<number | null>((most, [, v]) => Math.max(most ?? 0, v), null),
        ]);
      }),
    );
  });

  it('counts what was before the window in its first bucket', () => {
    const maxima = new BucketMaxima(1000, 10, 5);
    maxima.note(3, 7);
    expect(maxima.all()).toEqual([7]);
  });
});
