import type { ProgressPage } from '../../client/ui/progress.js';

/** A page of a run with everything on it; `parts` replaces some. */
export function progressPage(parts: Partial<ProgressPage> = {}): ProgressPage {
  return {
    title: 'streamer-client load',
    phase: 'measuring: 99 of 100 sessions',
    elapsedMs: 15_000,
    endsAtMs: 60_000,
    figures: [
      { label: 'latency p99', value: '33.1 ms ± 0.3 ms' },
      { label: 'lost', value: '3', tone: 'bad' },
      { label: 'frames', value: '2,990 a second' },
    ],
    charts: [{ label: 'latency p99', unit: 'us', values: [null, 10_000, 20_000] }],
    table: {
      columns: [
        { label: 'target', align: 'left' },
        { label: 'fps', align: 'right' },
        { label: 'last error', align: 'left' },
      ],
      rows: Array.from({ length: 40 }, (_, index) => [`camera-${index}`, '25.0', index === 1 ? 'no answer' : '']),
    },
    notice: null,
    ...parts,
  };
}
