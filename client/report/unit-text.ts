import { formatBytes, formatDurationUs, formatElapsedMs, formatMbps, NOTHING } from '../../shared/units.js';
import type { TimeSeriesSection } from './page.js';

export type SeriesUnit = TimeSeriesSection['unit'];

/** A value with its unit; `-` where nothing was measured. */
export function unitText(unit: SeriesUnit, value: number | null): string {
  if (value === null || !Number.isFinite(value)) return NOTHING;
  switch (unit) {
    case 'us':
      return formatDurationUs(value);
    case 'frames/s':
      return `${value.toFixed(1)} /s`;
    case 'Mbit/s':
      return formatMbps(value);
    case 'percent':
      return `${value.toFixed(value < 10 ? 1 : 0)} %`;
    case 'bytes':
      return formatBytes(value);
    case 'count':
      return value.toLocaleString('en-US', { maximumFractionDigits: 1 });
  }
}

/** The same beside an axis, where digits that say nothing are left out: `5 ms` and not `5.0 ms`. */
export function tickText(unit: SeriesUnit, value: number): string {
  if (value === 0) return '0';
  return unitText(unit, value).replace(/(\.\d*?)0+(?=\D|$)/, (_, digits: string) => (digits === '.' ? '' : digits));
}

/** A moment of a run: `12.5 s`, `3m 20s`. */
export function momentText(atMs: number): string {
  if (atMs >= 60_000 && atMs % 1000 === 0) return formatElapsedMs(atMs);
  return `${Number((atMs / 1000).toFixed(1))} s`;
}
