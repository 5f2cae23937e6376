import { expect, it } from 'vitest';
import { progressPage } from '../../../../client/capacity/capacity-progress.js';
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
