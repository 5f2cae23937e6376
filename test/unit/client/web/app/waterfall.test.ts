import { describe, expect, it } from 'vitest';
import { waterfallEndUs, waterfallOf } from '../../../../../client/web/app/model/waterfall.js';
import type { StreamStatistics } from '../../../../../shared/api/stats-schema.js';
import { latencySample } from '../../../../helpers/api-samples.js';

const STAGES: StreamStatistics['stages'] = [
  { stage: 'queue', p50Us: 500, p99Us: 900 },
  { stage: 'encode', p50Us: 2_000, p99Us: 6_000 },
];

describe('waterfallOf', () => {
  it('begins each stage where the one before ends, and ends at the clients', () => {
    expect(waterfallOf({ stages: STAGES, latency: latencySample({ p50Us: 4_000 }) })).toEqual([
      { stage: 'Queue', startUs: 0, p50Us: 500, p99Us: 900 },
      { stage: 'Encode', startUs: 500, p50Us: 2_000, p99Us: 6_000 },
      { stage: 'To the clients', startUs: 2_500, p50Us: 1_500, p99Us: null },
    ]);
  });

  it('does not know the way to the clients while none told its latency', () => {
    expect(waterfallOf({ stages: STAGES, latency: null }).map(({ stage }) => stage)).toEqual(['Queue', 'Encode']);
    expect(waterfallOf({ stages: [], latency: latencySample() })).toEqual([]);
  });

  it('shows no negative way where the medians of clients and server do not fit', () => {
    expect(waterfallOf({ stages: STAGES, latency: latencySample({ p50Us: 1_000 }) }).at(-1)?.p50Us).toBe(0);
  });
});

describe('waterfallEndUs', () => {
  it('is where the longest row ends', () => {
    expect(waterfallEndUs(waterfallOf({ stages: STAGES, latency: null }))).toBe(6_500);
    expect(waterfallEndUs([])).toBe(0);
  });
});
