import { describe, expect, it } from 'vitest';
import {
  type LatencyHistory,
  MAX_POINTS,
  appendGap,
  appendLatency,
  sampleHistory,
} from '../../../../../client/web/app/model/latency-history.js';
import { statsSample } from '../../../../helpers/api-samples.js';

const historyOf = (...times: number[]): LatencyHistory =>
  times.reduce<LatencyHistory>((history, atUs) => appendLatency(history, statsSample('a', { atUs })), []);

describe('appendLatency', () => {
  it('adds p50 and p99 with their error', () => {
    expect(historyOf(7)).toEqual([{ atUs: 7, p50Us: 4_000, p99Us: 9_000, errorUs: 300 }]);
  });

  it('adds a hole while nothing is measured', () => {
    const history = appendLatency([], statsSample('a', { atUs: 7, latency: null }));
    expect(history).toEqual([{ atUs: 7, p50Us: null, p99Us: null, errorUs: null }]);
  });

  it('adds nothing twice, and nothing of before', () => {
    expect(historyOf(7, 7, 6, 8).map(({ atUs }) => atUs)).toEqual([7, 8]);
  });

  it('is bounded', () => {
    const history = historyOf(...Array.from({ length: MAX_POINTS + 5 }, (_, index) => index));
    expect(history).toHaveLength(MAX_POINTS);
    expect(history[0]?.atUs).toBe(5);
  });
});

describe('appendGap', () => {
  it('makes one hole, and none where there is nothing or one already', () => {
    expect(appendGap([])).toEqual([]);
    const gap = appendGap(historyOf(7));
    expect(gap.map(({ p50Us }) => p50Us)).toEqual([4_000, null]);
    expect(appendGap(gap)).toBe(gap);
  });
});

describe('sampleHistory', () => {
  it('takes points that far apart, newest first, without holes', () => {
    const history = appendGap(historyOf(0, 4, 9, 10, 18, 20));
    expect(sampleHistory(history, 10, 5).map(({ atUs }) => atUs)).toEqual([20, 10, 0]);
    expect(sampleHistory(history, 1, 2).map(({ atUs }) => atUs)).toEqual([20, 18]);
  });
});
