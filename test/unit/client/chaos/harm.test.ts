import { describe, expect, it } from 'vitest';
import { harmDone, harmOf } from '../../../../client/chaos/harm.js';
import { MemoryTrack } from '../../../../client/chaos/memory-track.js';
import type { Subject } from '../../../../client/report/run-report-schema.js';
import { latencyOf, subjectOf } from '../../../helpers/trust-samples.js';

const NO_MEMORY = { beforeBytes: null, mostBytes: null, afterBytes: null, cameBack: null };
const p99 = (us: number | null, errorUs: number | null = 300) =>
  subjectOf({ latencyUs: latencyOf({ p99: us, errorUs }) });
const ALL_WELL = { goodDisconnected: 0, goodOutageMs: 0, goodBefore: 10, goodAtEnd: 10 };
const harm = (before: Subject | null, during: Subject | null, after: Subject | null = null, connections = ALL_WELL) =>
  harmOf({ before, during, after }, connections, NO_MEMORY);
const LIMITS = { maxHarm: 2, phaseMs: 200_000 };

describe('harmOf', () => {
  it('is the ratio of p99, and where it lies whatever the error of the clock', () => {
    const { p99Ratio, p99RatioRange } = harm(p99(10_000, 1000), p99(30_000, 2000));
    expect(p99Ratio).toBe(3);
    expect(p99RatioRange?.low).toBeCloseTo(28_000 / 11_000);
    expect(p99RatioRange?.high).toBeCloseTo(32_000 / 9000);
  });

  it('has no bound where the clock is worse than the latency', () => {
    expect(harm(p99(500, 1000), p99(900, 1000)).p99RatioRange).toEqual({ low: 0, high: null });
  });

  it('is no ratio without two latencies', () => {
    for (const none of [harm(p99(null), p99(5)), harm(p99(5), p99(null)), harm(null, null), harm(p99(0), p99(5))]) {
      expect(none).toMatchObject({ p99Ratio: null, p99RatioRange: null });
    }
    expect(harm(p99(5, null), p99(5)).p99RatioRange).toBeNull();
  });
});

describe('harmDone', () => {
  it('is nothing for a ratio that is kept, or for a difference that nobody sees', () => {
    expect(harmDone(harm(p99(20_000), p99(40_000)), LIMITS)).toEqual([]);
    expect(harmDone(harm(p99(1000), p99(10_000)), LIMITS)).toEqual([]);
  });

  it('is a longer p99', () => {
    expect(harmDone(harm(p99(20_000), p99(41_000)), LIMITS)).toEqual([
      'p99 went from 20.0 ms to 41.0 ms, 2.05 times as long (at most 2)',
    ]);
  });

  it('is each of what the good ones lost', () => {
    const frames = { received: 40_000, lost: 3, skipped: 9, corrupt: 0 };
    const during = subjectOf({ frames, fps: { mean: 200, min: 0, max: 30 } });
    const after = subjectOf({ frames: { ...frames, lost: 4 } });
    const connections = { ...ALL_WELL, goodDisconnected: 2, goodOutageMs: 3200 };
    expect(harmDone(harm(subjectOf(), during, after, connections), LIMITS)).toEqual([
      '7 frames were lost',
      '2 connections of good clients broke, 3s without one all together',
      '200.0 frames a second came instead of 300.0',
    ]);
  });

  it('is a server that died after the attack, though nothing came back that could tell what was lost', () => {
    const dead = subjectOf({ fps: { mean: 45, min: 0, max: 30 } });
    const connections = { goodDisconnected: 10, goodOutageMs: 1_200_000, goodBefore: 10, goodAtEnd: 0 };
    expect(harmDone(harm(subjectOf(), subjectOf(), dead, connections), LIMITS)).toEqual([
      '10 connections of good clients broke, 20m 00s without one all together',
      '0 of 10 good clients had a connection at the end',
      '45.0 frames a second came after it instead of 300.0',
    ]);
  });

  it('is not the one frame that a short window has less', () => {
    const fps = (mean: number) => subjectOf({ fps: { mean, min: 0, max: 2 } });
    const short = { maxHarm: 2, phaseMs: 3000 };
    expect(harmDone(harm(fps(20), fps(16.7), fps(16.7)), short)).toEqual([]);
    expect(harmDone(harm(fps(20), fps(20), fps(13)), short)).toEqual([
      '13.0 frames a second came after it instead of 20.0',
    ]);
  });
});

describe('MemoryTrack', () => {
  const MB = 1_000_000;
  const track = (...notes: readonly ['before' | 'during' | 'after', number | null][]) => {
    const memory = new MemoryTrack();
    for (const [phase, bytes] of notes) memory.note(phase, bytes);
    return memory.figures();
  };

  it('knows what was before, most since, and last', () => {
    expect(
      track(['before', 90 * MB], ['before', 100 * MB], ['during', 400 * MB], ['after', 300 * MB], ['after', 120 * MB]),
    ).toEqual({ beforeBytes: 100 * MB, mostBytes: 400 * MB, afterBytes: 120 * MB, cameBack: true });
  });

  it('says that it did not come back', () => {
    expect(track(['before', 100 * MB], ['during', 300 * MB], ['after', 200 * MB]).cameBack).toBe(false);
  });

  it('says nothing where nobody does', () => {
    expect(track(['before', null], ['during', null])).toEqual(NO_MEMORY);
    expect(track(['before', 5], ['during', 6], ['after', null])).toMatchObject({ mostBytes: 6, cameBack: null });
    // Who falls silent at the end may be gone.
    expect(track(['before', 5], ['after', 5], ['after', null])).toMatchObject({ afterBytes: null, cameBack: null });
  });
});
