import { type ReactElement, useMemo } from 'react';
import { formatDurationUs } from '../../../../shared/units.js';
import { type ChartTheme, useChartTheme } from '../hooks/use-chart-theme.js';
import { axisTicks } from '../model/axis-ticks.js';
import type { LatencyBin } from '../model/latency-bins.js';
import { countText } from '../model/texts.js';
import { type ChartOptions, UplotChart, barsPath } from './uplot-chart.js';

const HEIGHT_PX = 236;

/** How the latencies of the newest frames are spread, as this page measured them. */
export function LatencyHistogram({ bins }: { readonly bins: readonly LatencyBin[] }): ReactElement {
  const theme = useChartTheme();
  const options = useMemo(() => chartOptions(theme), [theme]);
  const data = useMemo((): [number[], number[]] => {
    // One bar more, empty: the chart's axis ends where the last bar does.
    const end = bins.at(-1);
    const width = bins[0] === undefined ? 1 : (bins[1]?.fromUs ?? bins[0].fromUs + 1) - bins[0].fromUs;
    const edges = bins.map(({ fromUs }) => fromUs);
    return end === undefined
      ? [[], []]
      : [
          [...edges, end.fromUs + width],
          [...bins.map(({ count }) => count), 0],
        ];
  }, [bins]);
  return (
    <section className="panel" aria-labelledby="histogram-title">
      <div className="panel-head">
        <h2 id="histogram-title">Frames by latency</h2>
        <p className="legend">{bins.length > 0 && `this page, ${countText(total(bins), 'frame')}`}</p>
      </div>
      {bins.length === 0 ? (
        <p className="nothing">Nothing was measured yet.</p>
      ) : (
        <UplotChart options={options} data={data} heightPx={HEIGHT_PX} label={describe(bins)} />
      )}
    </section>
  );
}

function total(bins: readonly LatencyBin[]): number {
  return bins.reduce((sum, { count }) => sum + count, 0);
}

function describe(bins: readonly LatencyBin[]): string {
  const fullest = bins.toSorted((a, b) => b.count - a.count)[0];
  const first = bins[0];
  const last = bins.at(-1);
  if (fullest === undefined || first === undefined || last === undefined) return 'No frames yet.';
  const range = `from ${formatDurationUs(first.fromUs)} to ${last.toUs === Infinity ? 'more than ' : ''}${formatDurationUs(last.toUs === Infinity ? last.fromUs : last.toUs)}`;
  return `Histogram of ${countText(total(bins), 'frame')} ${range}; most are at about ${formatDurationUs(fullest.fromUs)}.`;
}

function chartOptions(theme: ChartTheme): ChartOptions {
  const axis = { font: theme.font, stroke: theme.muted, ticks: { show: false } };
  const paths = barsPath();
  return {
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { time: false, range: (_chart, from, to) => [from, Math.max(to, from + 1)] },
      y: { range: (_chart, _least, most) => [0, Math.max(1, most) * 1.05] },
    },
    series: [{}, { fill: theme.p50, width: 0, points: { show: false }, ...(paths !== undefined && { paths }) }],
    axes: [
      { ...axis, size: 28, grid: { show: false }, space: 64, values: (_chart, splits) => axisTicks(splits) },
      { ...axis, size: 48, grid: { stroke: theme.line, width: 1 }, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500] },
    ],
  };
}
