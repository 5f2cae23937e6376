import { formatDurationUs, formatWithError } from '../../shared/units.js';
import type { CurvesSection, TableCell, TableSection } from './page.js';
import { percentileCurve } from './percentile-curve.js';
import { exactCount, lostText } from './sections/words.js';

const QUANTILES = [
  { label: 'p50', quantile: 0.5 },
  { label: 'p90', quantile: 0.9 },
  { label: 'p99', quantile: 0.99 },
  { label: 'p99.9', quantile: 0.999 },
  { label: 'max', quantile: 1 },
] as const;

/** The percentiles of curves as a table, with what was delivered and lost beside them. */
export function percentileTable({ id, title, note, curves }: CurvesSection): TableSection {
  return {
    kind: 'table',
    id: `${id}-percentiles`,
    title,
    note,
    columns: [
      { label: 'Curve', align: 'left' },
      { label: 'Delivered', align: 'right' },
      { label: 'Lost', align: 'right' },
      ...QUANTILES.map(({ label }) => ({ label, align: 'right' as const })),
      { label: '± error', align: 'right' },
    ],
    rows: curves.map(({ name, distribution, errorUs, delivered, lost, isLostAtLeast }) => {
      const { at } = percentileCurve(distribution);
      return [
        { text: name },
        { text: exactCount(delivered), sortValue: delivered },
        { text: lostText({ lost, ...(isLostAtLeast && { isLostAtLeast }) }), sortValue: lost },
        ...QUANTILES.map(({ quantile }): TableCell => {
          const us = at(quantile);
          return { text: formatDurationUs(us), sortValue: us };
        }),
        { text: formatDurationUs(errorUs), sortValue: errorUs },
      ];
    }),
  };
}

/** What a curve shows, in a sentence. */
export function curveSentence({ curves }: CurvesSection): string {
  return curves
    .map(({ name, distribution, errorUs }) => {
      const { at } = percentileCurve(distribution);
      return `${name}: p50 ${formatDurationUs(at(0.5))}, p99 ${formatWithError(at(0.99), errorUs)}, max ${formatDurationUs(at(1))}.`;
    })
    .join(' ');
}
