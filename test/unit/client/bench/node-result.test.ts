import { expect, it } from 'vitest';
import { nodeResult } from '../../../../client/bench/node-result.js';
import { BenchCounts } from '../../../../shared/bench/bench-counts.js';
import { LatencyHistogram } from '../../../../shared/histogram.js';
import { MAX_HISTOGRAM_CHARS } from '../../../../shared/protocol/bench-messages.js';
import { decodeMessage, encodeBench } from '../../../../shared/protocol/codec.js';
import { MessageType, PREFIX_BYTES } from '../../../../shared/protocol/messages.js';
import { SeededRandom } from '../../../helpers/seeded-random.js';

const WINDOW = { benchId: 1, startTimeUs: 0, stopTimeUs: 10_000_000 };
const FACTS = { reconnects: 0, outageUs: 0, ownDelayP99Us: undefined, clock: null, about: 'a test' };

it('fits the message however far latencies and ages lie apart, to two significant digits at least', () => {
  const random = new SeededRandom(7);
  const counts = new BenchCounts(WINDOW, 0, () => new LatencyHistogram());
  const exact = new LatencyHistogram();
  for (let n = 0; n < 200_000; n += 1) {
    const valueUs = Math.round(2 ** (random.below(31_000) / 1000)) * (n % 2 === 0 ? 1 : -1);
    const times = 1 + random.below(300);
    counts.latency.record(valueUs, times);
    counts.age.record(Math.abs(valueUs), times);
    exact.record(valueUs, times);
  }
  const result = nodeResult(counts, FACTS);
  const { latency, latencyNegative, age, ageNegative } = result;
  const chars = [latency, latencyNegative, age, ageNegative].reduce((sum, text) => sum + (text?.length ?? 0), 0);
  expect(chars).toBeLessThanOrEqual(MAX_HISTOGRAM_CHARS);
  expect(latency).not.toBe(counts.latency.encode());
  const bytes = encodeBench({ kind: 'result', benchId: 1, ...result });
  expect(decodeMessage(MessageType.BENCH, bytes.subarray(PREFIX_BYTES))).not.toBeNull();
  const decoded = LatencyHistogram.decode(latency, latencyNegative);
  expect(decoded.count).toBe(exact.count);
  for (const q of [0.01, 0.5, 0.9, 0.99]) {
    const trueUs = exact.quantile(q)!;
    expect(Math.abs(decoded.quantile(q)! - trueUs)).toBeLessThanOrEqual(Math.abs(trueUs) / 100 + 1);
  }
});

it('has every digit where that fits, and no age where none was sampled', () => {
  const counts = new BenchCounts(WINDOW, 0, () => new LatencyHistogram());
  for (let us = 1000; us < 3000; us += 1) counts.latency.record(us);
  const { latency, age, fromTimeUs, toTimeUs } = nodeResult(counts, FACTS);
  expect(latency).toBe(counts.latency.encode());
  expect({ age, fromTimeUs, toTimeUs }).toEqual({ age: null, fromTimeUs: 0, toTimeUs: 10_000_000 });
});

it('says of who came late and got nothing that nothing was measured', () => {
  const counts = new BenchCounts(WINDOW, null, () => new LatencyHistogram());
  expect(nodeResult(counts, FACTS)).toMatchObject({ fromTimeUs: 10_000_000, toTimeUs: 10_000_000, received: 0 });
});
