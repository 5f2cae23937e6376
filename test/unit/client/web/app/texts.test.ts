import { describe, expect, it } from 'vitest';
import { axisTicks } from '../../../../../client/web/app/model/axis-ticks.js';
import { healthOf } from '../../../../../client/web/app/model/health.js';
import {
  bandwidthText,
  countText,
  momentText,
  rateText,
  sinceText,
} from '../../../../../client/web/app/model/texts.js';
import { STREAM_STATES, type StreamState } from '../../../../../shared/protocol/messages.js';

describe('texts', () => {
  it('has a dash where nothing was measured', () => {
    expect([rateText(null), bandwidthText(null)]).toEqual(['–', '–']);
  });

  it('has units that suit the size', () => {
    expect(rateText(29.97)).toBe('30.0');
    expect(bandwidthText(1_000_000)).toBe('8.0 Mbit/s');
    expect(sinceText(1_000_000, 62_000_000)).toBe('1m 01s');
    expect(sinceText(5_000_000, 1_000_000)).toBe('0s');
  });

  it('counts', () => {
    expect([countText(0, 'viewer'), countText(1, 'viewer'), countText(12_345, 'viewer')]).toEqual([
      '0 viewers',
      '1 viewer',
      '12,345 viewers',
    ]);
  });

  it('writes a moment in the time zone here', () => {
    expect(momentText(new Date(2026, 0, 2, 3, 4, 5).toISOString())).toBe('2026-01-02 03:04:05');
  });
});

describe('axisTicks', () => {
  it.each([
    [
      [0, 20_000, 40_000],
      ['0 ms', '20 ms', '40 ms'],
    ],
    [
      [0, 500, 1_000],
      ['0 ms', '0.5 ms', '1 ms'],
    ],
    [
      [0, 50, 100],
      ['0 µs', '50 µs', '100 µs'],
    ],
    [
      [-500_000, 0, 1_500_000],
      ['-0.5 s', '0 s', '1.5 s'],
    ],
    [[], []],
  ])('labels %j in one unit', (splits, labels) => {
    expect(axisTicks(splits)).toEqual(labels);
  });
});

describe('healthOf', () => {
  it('has a word for every state', () => {
    for (const state of STREAM_STATES) expect(healthOf(state).label).toMatch(/^[A-Z]/);
    expect(healthOf('live').tone).toBe('good');
  });

  it('shows a state of a later version by its name', () => {
    expect(healthOf('dreaming' as StreamState)).toEqual({ label: 'dreaming', tone: 'quiet' });
  });
});
