import { NOTHING, formatDurationUs, formatMbps } from '../../shared/units.js';
import type { DetailsOf } from './run-details-schema.js';

type Row = DetailsOf<'compare'>['rows'][number];

/** A figure of a comparison with its unit; `-` where there is none. */
export function figureText(unit: string, value: number | null): string {
  if (value === null || !Number.isFinite(value)) return NOTHING;
  switch (unit) {
    case 'us':
      return formatDurationUs(value);
    case 'Mbit/s':
      return formatMbps(value);
    case 'share':
      return value === 0 ? '0' : `${(value * 100).toFixed(value < 0.01 ? 3 : 2)} %`;
    case 'percent':
      return `${value.toFixed(1)} %`;
    case 'frames/s':
      return `${value.toFixed(1)} /s`;
    default:
      return Number(value.toFixed(2)).toLocaleString('en-US');
  }
}

/** `+15.0 %, 95 %: +12.1 % to +18.3 %`; without the interval where there is none, `from 0` where no share can be told. */
export function changeText({ change, interval, a, b }: Row): string {
  if (change === null) return a === null || b === null ? NOTHING : 'from 0';
  const sure = intervalText(interval);
  return sure === NOTHING ? percent(change) : `${percent(change)}, 95 %: ${sure}`;
}

/** `+12.1 % to +18.3 %`; `-` where nothing can be said. */
export function intervalText(interval: Row['interval']): string {
  return interval ? `${percent(interval.low)} to ${percent(interval.high)}` : NOTHING;
}

/** A share as a signed percentage: `+12.3 %`, `-0.4 %`; `-` where it is without a bound. */
export function percent(share: number): string {
  if (!Number.isFinite(share)) return NOTHING;
  const text = (share * 100).toFixed(1);
  return `${share > 0 ? '+' : ''}${Number(text) === 0 ? text.replace('-', '') : text} %`;
}
