import { describe, expect, it } from 'vitest';
import type { CrowdProgress } from '../../../../client/load/crowd.js';
import { resolveLoadConfig } from '../../../../client/load/load-config.js';
import { LoadProgress } from '../../../../client/load/load-progress.js';
import { StreamerError } from '../../../../shared/errors.js';
import { FakeClock } from '../../../helpers/fake-clock.js';

const PROGRESS: CrowdProgress = {
  ...{ asked: 100, connected: 98, ended: 0, failed: 2, reconnecting: 0 },
  ...{ framesPerSecond: 2940, bytesPerSecond: 88_200_000, latencyP50Us: 2000, latencyP99Us: 9000 },
  ...{ lost: 3, skipped: 12_345, reconnects: 1, errorUs: 300, loopDelayP99Us: 9000, threadError: null },
  errors: [new StreamerError('SERVER_FULL', 'The server is full.\nTry later.')],
  targets: [
    {
      ...{ name: 'cam', connected: 98, ended: 0, failed: 2, reconnecting: 0, framesPerSecond: 2940 },
      ...{ bytesPerSecond: 88_200_000, frames: 29_400, bytes: 882_000_000, lost: 3, reconnects: 1 },
      lastError: new StreamerError('SERVER_FULL', 'The server is full.'),
    },
  ],
};

describe('LoadProgress', () => {
  it('shows the phases, what counts, and each target', () => {
    const { clock, progress } = newProgress();
    progress.begin('ramp', null);
    expect(progress.page(PROGRESS, null)).toMatchObject({
      ...{ title: 'streamer-client load', phase: 'ramp: 98 of 100 sessions', elapsedMs: 0, endsAtMs: null },
      notice: 'SERVER_FULL: The server is full. Try later.',
    });
    clock.advance(2_000_000);
    progress.begin('measuring', 60_000);
    const sample = { atMs: 0, cpuPercent: 81.4, residentBytes: 1, loopDelayP99Us: 1, clients: 98 };
    const page = progress.page(PROGRESS, sample);
    expect(page).toMatchObject({ phase: 'measuring 100 sessions', elapsedMs: 2000, endsAtMs: 62_000 });
    expect(page.figures).toEqual([
      { label: 'latency p99', value: '9.0 ms ± 0.3 ms' },
      { label: 'latency p50', value: '2.0 ms' },
      { label: 'connected', value: '98/100, 2 failed', tone: 'bad' },
      { label: 'fps', value: '2940' },
      { label: 'rate', value: '706 Mbit/s' },
      { label: 'lost', value: '3', tone: 'bad' },
      { label: 'skipped', value: '12.3k', tone: 'warning' },
      { label: 'own delay', value: '9.0 ms', tone: 'warning' },
      { label: 'server CPU', value: '81 %' },
    ]);
    expect(page.table?.rows).toEqual([
      ['cam', '98', '2', '2940', '706 Mbit/s', '29.4k', '3', '1', 'SERVER_FULL: The server is full.'],
    ]);
  });

  it('draws a value a second, of the last minutes', () => {
    const { clock, progress } = newProgress();
    for (let half = 0; half < 1000; half += 1) {
      progress.page({ ...PROGRESS, framesPerSecond: half }, null);
      clock.advance(500_000);
    }
    const { charts } = progress.page(PROGRESS, null);
    expect(charts.map(({ values }) => values.length)).toEqual([300, 300]);
    expect(charts[1]?.values.slice(-2)).toEqual([998, 2940]);
  });
});

function newProgress() {
  const clock = new FakeClock();
  const config = resolveLoadConfig({ target: ['streamer://host'], clients: '100' }, {});
  return { clock, progress: new LoadProgress(config, clock) };
}
