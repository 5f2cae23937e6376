import { type ReactElement, useMemo, useState } from 'react';
import { formatWithError } from '../../../../shared/units.js';
import { timeOfDay } from '../../react/time-text.js';
import { type ChartTheme, useChartTheme } from '../hooks/use-chart-theme.js';
import { axisTicks } from '../model/axis-ticks.js';
import { type LatencyHistory, type LatencyPoint, sampleHistory } from '../model/latency-history.js';
import { type ChartOptions, UplotChart } from './uplot-chart.js';

const HEIGHT_PX = 220;
const MIN_SPAN_S = 60;
const TABLE_STEP_US = 10_000_000;
const TABLE_ROWS = 12;

/** Latency over time: p50 and p99, each with its error as a band. */
export function LatencyChart({ history }: { readonly history: LatencyHistory }): ReactElement {
  const theme = useChartTheme();
  const [pointed, setPointed] = useState<number | null>(null);
  const options = useMemo(() => chartOptions(theme, setPointed), [theme]);
  const data = useMemo(() => chartData(history), [history]);
  const shown = (pointed === null ? undefined : history[pointed]) ?? history.findLast(({ p50Us }) => p50Us !== null);
  return (
    <section className="panel" aria-labelledby="latency-title">
      <div className="panel-head">
        <h2 id="latency-title">Latency over time</h2>
        <p className="legend">
          {shown !== undefined && <span className="legend-time">{timeOfDay(shown.atUs / 1000)}</span>}
          <span data-series="p50">p50 {shown === undefined ? '' : formatWithError(shown.p50Us, shown.errorUs)}</span>
          <span data-series="p99">p99 {shown === undefined ? '' : formatWithError(shown.p99Us, shown.errorUs)}</span>
          <span data-series="band">± error</span>
        </p>
      </div>
      {shown === undefined ? (
        <p className="nothing">Nothing was measured yet.</p>
      ) : (
        <>
          <UplotChart options={options} data={data} heightPx={HEIGHT_PX} label={describe(history)} />
          <HistoryTable history={history} />
        </>
      )}
    </section>
  );
}

/** The same as text. */
function HistoryTable({ history }: { readonly history: LatencyHistory }): ReactElement {
  return (
    <details className="as-table">
      <summary>As a table</summary>
      <table className="data-table">
        <thead>
          <tr>
            <th scope="col">Time</th>
            <th scope="col">p50</th>
            <th scope="col">p99</th>
          </tr>
        </thead>
        <tbody>
          {sampleHistory(history, TABLE_STEP_US, TABLE_ROWS).map((point) => (
            <tr key={point.atUs}>
              <th scope="row">{timeOfDay(point.atUs / 1000)}</th>
              <td>{formatWithError(point.p50Us, point.errorUs)}</td>
              <td>{formatWithError(point.p99Us, point.errorUs)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

function describe(history: LatencyHistory): string {
  const last = history.findLast(({ p50Us }) => p50Us !== null);
  if (last === undefined) return 'Chart of latency over time: nothing was measured yet.';
  const p50 = formatWithError(last.p50Us, last.errorUs);
  return `Chart of latency over time. Newest: p50 ${p50}, p99 ${formatWithError(last.p99Us, last.errorUs)}.`;
}

type Row = (number | null)[];

/** Seconds, then p50, its lower and upper bound, and the same of p99, in microseconds. */
function chartData(history: LatencyHistory): [number[], Row, Row, Row, Row, Row, Row] {
  const row = (value: (point: LatencyPoint) => number | null): Row => history.map(value);
  const bound = (us: number | null, errorUs: number | null): number | null =>
    us === null || errorUs === null ? null : us + errorUs;
  const minus = ({ errorUs }: LatencyPoint): number | null => (errorUs === null ? null : -errorUs);
  return [
    history.map(({ atUs }) => atUs / 1e6),
    row(({ p50Us }) => p50Us),
    row((point) => bound(point.p50Us, minus(point))),
    row((point) => bound(point.p50Us, point.errorUs)),
    row(({ p99Us }) => p99Us),
    row((point) => bound(point.p99Us, minus(point))),
    row((point) => bound(point.p99Us, point.errorUs)),
  ];
}

function chartOptions(theme: ChartTheme, onPoint: (index: number | null) => void): ChartOptions {
  const line = { points: { show: false }, width: 1.75 };
  const bound = { points: { show: false }, width: 0 };
  const axis = { font: theme.font, stroke: theme.muted, ticks: { show: false } };
  return {
    legend: { show: false },
    cursor: { y: false, drag: { setScale: false }, points: { size: 7 } },
    hooks: { setCursor: [({ cursor }) => onPoint(cursor.idx ?? null)] },
    scales: {
      x: { time: true, range: (_chart, from, to) => (from == null ? [0, 1] : [Math.min(from, to - MIN_SPAN_S), to]) },
      y: { range: (_chart, least, most) => (most == null ? [0, 1_000] : [Math.min(0, least), most * 1.08]) },
    },
    series: [
      {},
      { ...line, stroke: theme.p50 },
      bound,
      bound,
      { ...line, stroke: theme.p99, dash: [6, 3] },
      bound,
      bound,
    ],
    bands: [
      { series: [3, 2], fill: theme.p50Band },
      { series: [6, 5], fill: theme.p99Band },
    ],
    axes: [
      {
        ...axis,
        size: 28,
        grid: { show: false },
        space: 90,
        values: (_chart, splits) => splits.map((s) => timeOfDay(s * 1000)),
      },
      {
        ...axis,
        size: 64,
        grid: { stroke: theme.line, width: 1 },
        values: (_chart, splits) => axisTicks(splits),
      },
    ],
  };
}
