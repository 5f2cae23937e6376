import { formatDurationUs } from '../../shared/units.js';
import type { ProgressPage } from '../ui/progress.js';
import type { Coordinator } from './coordinator.js';
import type { KnownDevice } from './known-devices.js';

/** What a benchmark shows while it goes on: a row for each device. */
export function benchProgress(coordinator: Coordinator, asked: number, elapsedMs: number): ProgressPage {
  const { devices, present } = coordinator;
  const results = devices.filter(({ result }) => result !== null).length;
  const worst = greatest(devices.map(({ progress }) => progress?.latencyP99Us ?? null));
  return {
    title: 'streamer-client bench',
    phase: phaseOf(coordinator, asked),
    elapsedMs,
    endsAtMs: endsAtMs(coordinator, elapsedMs),
    figures: [
      { label: 'devices', value: `${present.length} of ${asked}`, ...(present.length < asked && WARNING) },
      { label: 'results', value: String(results) },
      { label: 'worst p99', value: formatDurationUs(worst) },
    ],
    charts: [],
    table: devices.length === 0 ? null : { columns: COLUMNS, rows: devices.map(rowOf), rowsAre: 'devices' },
    notice: null,
  };
}

const WARNING = { tone: 'warning' } as const;

const COLUMNS = [
  { label: 'Device', align: 'left' },
  { label: 'Platform', align: 'left' },
  { label: 'State', align: 'left' },
  { label: 'Frames', align: 'right' },
  { label: 'p50', align: 'right' },
  { label: 'p99', align: 'right' },
  { label: '± clock', align: 'right' },
] as const;

function phaseOf({ phase, present }: Coordinator, asked: number): string {
  switch (phase) {
    case 'connecting':
      return 'connecting';
    case 'waiting':
      return `waiting for devices: ${present.length} of ${asked}`;
    case 'starting':
      return 'the window begins';
    case 'running':
      return 'measuring';
    case 'collecting':
      return 'gathering results';
    case 'over':
      return 'over';
  }
}

function endsAtMs(coordinator: Coordinator, elapsedMs: number): number | null {
  const { phase } = coordinator;
  if (phase !== 'starting' && phase !== 'running') return null;
  const leftUs = coordinator.untilUs(phase === 'starting' ? 'startTimeUs' : 'stopTimeUs');
  return leftUs === null ? null : elapsedMs + Math.max(0, Math.round(leftUs / 1000));
}

function rowOf({ device, progress, result }: KnownDevice): string[] {
  const { name, platform, leftTimeUs } = device;
  const state = result ? 'result came' : leftTimeUs !== null ? 'left' : progress ? 'measuring' : 'ready';
  const frames = String(result?.received ?? progress?.frames ?? 0);
  const times = [progress?.latencyP50Us, progress?.latencyP99Us, result?.clock.errorUs ?? progress?.clockErrorUs];
  return [name, platform, state, frames, ...times.map((us) => formatDurationUs(us ?? null))];
}

function greatest(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : Math.max(...known);
}
