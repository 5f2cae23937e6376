import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LatencyCounts } from '../../../../../client/web/browser/latency-counts.js';
import { LatencyHistogram, MAX_TRACKABLE_US } from '../../../../../shared/histogram.js';

describe('LatencyCounts', () => {
  it('has nothing to report without a latency', () => {
    const counts = new LatencyCounts();
    expect(counts.take()).toBeUndefined();
    counts.record(-1);
    expect(counts.take()).toBeUndefined();
  });

  it('reports each latency once', () => {
    const counts = new LatencyCounts();
    counts.record(5);
    expect(LatencyHistogram.decode(counts.take()!).count).toBe(1);
    expect(counts.take()).toBeUndefined();
  });

  it('is read by the server as what its own histogram would have counted', () => {
    const latencyUs = fc.oneof(
      fc.nat(5000),
      fc.nat(2_000_000),
      fc.nat(MAX_TRACKABLE_US),
      fc.constantFrom(0, 2047, 2048, 2049, 4095, 4096, 2 ** 31, MAX_TRACKABLE_US, 2 * MAX_TRACKABLE_US, 0.4, 0.5),
    );
    fc.assert(
      fc.property(fc.array(latencyUs, { minLength: 1, maxLength: 300 }), (latencies) => {
        const counts = new LatencyCounts();
        const histogram = new LatencyHistogram();
        for (const each of latencies) {
          counts.record(each);
          histogram.record(each);
        }
        const read = LatencyHistogram.decode(counts.take()!);
        const expected = LatencyHistogram.decode(histogram.encode());
        expect(figures(read)).toEqual(figures(expected));
      }),
    );
  });

  it('counts many of the same', () => {
    const counts = new LatencyCounts();
    for (let n = 0; n < 20_000; n += 1) counts.record(1234);
    const read = LatencyHistogram.decode(counts.take()!);
    expect([read.count, read.min, read.max]).toEqual([20_000, 1234, 1234]);
  });

  it('leaves out what a STATS would not take', () => {
    const counts = new LatencyCounts();
    for (let shift = 0; shift <= 21; shift += 1) {
      for (let step = 1024; step < 2048; step += 2) {
        for (let n = 0; n < 64; n += 1) counts.record(step * 2 ** shift);
      }
    }
    expect(counts.take()).toBeUndefined();
    counts.record(7);
    expect(LatencyHistogram.decode(counts.take()!).count).toBe(1);
  });
});

function figures(histogram: LatencyHistogram) {
  const { count, min, max, mean } = histogram;
  const quantiles = [0, 0.1, 0.5, 0.9, 0.99, 1].map((q) => histogram.quantile(q));
  return { count, min, max, mean, quantiles };
}
