import { expect, it } from 'vitest';
import type { StepRecord } from '../../../../client/capacity/step-runner.js';
import { progressPage } from '../../../../client/capacity/capacity-progress.js';
import { measuredStepOf } from '../../../helpers/capacity-samples.js';
import { crowdProgress, targetProgress } from '../../../helpers/crowd-progress.js';

function rateShown(connected: number, frames: number, framesPerSecond: number): string | undefined {
  const crowd = { ...crowdProgress([targetProgress('a', { connected, frames })]), connected, framesPerSecond };
  const page = progressPage({
    ...{ elapsedMs: 0, endsAtMs: null, unit: 'sessions', objective: 'lost=0', step: null, doing: '' },
    ...{ records: [], crowd, latencies: [], notice: null },
  });
  return page.figures.find(({ label }) => label === 'frames/s')?.value;
}

it('shows no rate of 0 of sessions that stream, before a second is over', () => {
  expect(rateShown(3, 0, 0)).toBe('-');
  expect(rateShown(3, 90, 90)).toBe('90');
  expect(rateShown(3, 90, 0)).toBe('0');
  expect(rateShown(0, 0, 0)).toBe('0');
});

it.each([
  [
    'a step that held the second time',
    [
      [6, 'broken', 1],
      [6, 'holds', 2],
    ],
    ['holds 6'],
  ],
  [
    'a step that broke once',
    [
      [3, 'holds', 1],
      [6, 'broken', 1],
    ],
    ['holds 3'],
  ],
  [
    'a step that broke twice',
    [
      [3, 'holds', 1],
      [6, 'broken', 1],
      [6, 'broken', 2],
    ],
    ['holds 3', 'breaks 6'],
  ],
  [
    'a size that does not last',
    [
      [6, 'holds', 1],
      [6, 'broken', 1],
      [6, 'broken', 2],
    ],
    ['breaks 6'],
  ],
] as const)('shows what is known after %s', (_name, steps, shown) => {
  const records = steps.map(([size, state, attempt]): StepRecord => ({
    step: { size, phase: 'ramp', round: 1, isLong: false, attempt },
    ...{ state, outcomes: [], measured: measuredStepOf({ size }) },
    validity: { valid: true, reasons: [], checks: [], trust: '' },
  }));
  const page = progressPage({
    ...{ elapsedMs: 0, endsAtMs: null, unit: 'sessions', objective: 'lost=0', step: null, doing: '' },
    ...{ records, crowd: null, latencies: [], notice: null },
  });
  expect(page.figures.map(({ label, value }) => `${label} ${value}`)).toEqual(shown);
});
