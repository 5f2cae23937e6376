import type { MeanRates } from './arrival-rate.js';
import type { SecondSeries } from './second-series.js';
import type { StreamSnapshot } from './snapshot.js';

/**
 * The rates of a stream. Before the first whole second the mean stands for the others, so that the least is never above
 * the greatest.
 */
export function rateFiguresOf(
  { fps, mbps }: MeanRates,
  { extremes, lastWhole }: SecondSeries,
): Pick<StreamSnapshot, 'fps' | 'throughputMbps'> {
  return {
    fps: {
      mean: fps,
      min: extremes?.minFrames ?? fps,
      max: extremes?.maxFrames ?? fps,
      current: lastWhole?.frames ?? fps,
    },
    throughputMbps: {
      mean: mbps,
      max: extremes ? megabits(extremes.maxBytes) : mbps,
      current: lastWhole ? megabits(lastWhole.bytes) : mbps,
    },
  };
}

function megabits(bytes: number): number {
  return (bytes * 8) / 1e6;
}
