import { describe, expect, it } from 'vitest';
import { frameRateSpread, longestSilenceMs } from '../../../../client/cameras/frame-gaps.js';
import type { Subject, Timeline } from '../../../../client/report/run-report-schema.js';
import { sampleSubject } from '../../../helpers/sample-subject.js';

function camera(frames: number[], parts: Partial<Subject> = {}): Subject {
  const timeline: Timeline = { ...sampleSubject({ name: 'x' }).timeline!, bucketMs: 1000, frames };
  return sampleSubject({ name: 'x' }, { timeline, durationMs: frames.length * 1000, outages: [], ...parts });
}

describe('longestSilenceMs', () => {
  it('is the longest run of seconds without a frame, from the first frame on', () => {
    expect(longestSilenceMs(camera([0, 0, 0, 9, 9, 0, 0, 9, 0, 9]))).toBe(2000);
    expect(longestSilenceMs(camera([9, 9, 9]))).toBe(0);
    expect(longestSilenceMs(camera([0, 0, 0]))).toBe(0);
    expect(longestSilenceMs(camera([9, 0, 0, 0]))).toBe(3000);
  });

  it('leaves out a last bucket that is not full, and what was an outage', () => {
    expect(longestSilenceMs(camera([9, 0], { durationMs: 1200 }))).toBe(0);
    const outages = [{ fromMs: 1100, toMs: 3500, code: 'SOURCE_FAILED' }];
    expect(longestSilenceMs(camera([9, 0, 0, 0, 9, 0, 0, 9], { outages }))).toBe(2000);
  });

  it('is nothing without a time line', () => {
    expect(longestSilenceMs(camera([], { timeline: null }))).toBe(0);
  });
});

describe('frameRateSpread', () => {
  it('is small for a steady rate and large for one that swings', () => {
    const steady = Array.from({ length: 20 }, (_, i) => 25 + (i % 2));
    const swinging = Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? 40 : 10));
    expect(frameRateSpread(camera(steady))).toBeCloseTo(0.5 / 25.5, 2);
    expect(frameRateSpread(camera(swinging))).toBeCloseTo(15 / 25, 1);
  });

  it('takes seconds together where few frames are due in one', () => {
    const once = Array.from({ length: 300 }, (_, i) => i % 2);
    expect(frameRateSpread(camera(once))).toBeLessThan(0.1);
  });

  it('says nothing of a short time, or of none', () => {
    expect(frameRateSpread(camera([25, 25, 25]))).toBeNull();
    expect(frameRateSpread(camera([0, 0, 0]))).toBeNull();
    expect(frameRateSpread(camera([], { timeline: null }))).toBeNull();
  });

  it('does not take an outage for a swing', () => {
    const frames = Array.from({ length: 30 }, (_, i) => (i >= 10 && i < 15 ? 0 : 25));
    const outages = [{ fromMs: 10_000, toMs: 15_000, code: 'SOURCE_FAILED' }];
    expect(frameRateSpread(camera(frames, { outages }))).toBe(0);
  });
});
