import { formatDurationUs } from '../../../shared/units.js';
import type { Curve, CurvesSection } from '../page.js';
import {
  isTold,
  type PercentileCurve,
  percentileCurve,
  percentileText,
  readingQuantiles,
} from '../percentile-curve.js';
import { curveSentence, percentileTable } from '../percentile-table.js';
import { tickText } from '../unit-text.js';
import { type Html, html } from './html.js';
import { pathThrough, plot, SERIES, type Tick } from './plot.js';
import { type Scale, scaleFor } from './scale.js';
import { chartTable, type ReadingRow, tableHtml } from './table-html.js';

const HEIGHT_PX = 340;
/** Labels further apart than the resolution of most runs. */
const MAX_DECADES = 9;
/** Labels closer than that share of the axis touch on a phone. */
const NARROW = 0.1;

interface DrawnCurve {
  readonly curve: Curve;
  readonly drawn: PercentileCurve;
  /** Colour: a corrected curve has that of the uncorrected one before it. */
  readonly series: number;
}

/** Percentile curves on the scale where each nine takes as much room as the one before. */
export function curvesHtml(section: CurvesSection): Html {
  const curves = coloured(section.curves);
  const most = Math.max(1, ...curves.map(({ drawn }) => drawn.count));
  const decades = Math.min(MAX_DECADES, Math.max(1, Math.log10(most)));
  const medians = curves.flatMap(({ drawn }) => drawn.at(0.5) ?? []);
  const scale = scaleFor(
    curves.flatMap(({ drawn }) => drawn.points.map(({ us }) => us)),
    Math.min(...medians),
  );
  return html`${legend(curves)}
  ${plot({
    sentence: `${section.title}. ${curveSentence(section)}`,
    heightPx: HEIGHT_PX,
    xTicks: decadeTicks(decades),
    yTicks: scale.ticks.map((us) => ({ at: scale.place(us), text: tickText('us', us) })),
    xTitle: 'percent of frames, each nine as wide as the one before',
    yTitle: scale.isLogarithmic ? 'latency, logarithmic' : 'latency',
    layers: [
      ...curves.map((curve) => band(curve, scale, decades)),
      ...curves.map((curve) => line(curve, scale, decades)),
    ],
    endLabels: curves.flatMap(({ curve, drawn, series }) => {
      const last = drawn.points.at(-1);
      return last ? [{ at: scale.place(last.us), text: curve.name, series }] : [];
    }),
  })}
  ${chartTable(
    'Percentile',
    curves.map(({ curve }) => curve.name),
    readingRows(curves, most, decades),
  )}
  ${tableHtml(percentileTable(section))} ${rawHistograms(section.curves)}`;
}

function coloured(curves: readonly Curve[]): DrawnCurve[] {
  let series = -1;
  return curves.map((curve) => {
    if (!curve.dashed || series < 0) series += 1;
    return { curve, drawn: percentileCurve(curve.distribution), series: series % SERIES };
  });
}

function legend(curves: readonly DrawnCurve[]): Html {
  const entries = curves.map(
    ({ curve, series }) =>
      html`<li>
        <svg class="key" width="28" height="10" aria-hidden="true">
          <path class="line s${series}${curve.dashed ? ' dashed' : ''}" d="M0 5H28" />
        </svg>
        ${curve.name}
      </li>`,
  );
  return html`<ul class="legend">
    ${entries}
  </ul>`;
}

function line({ curve, drawn, series }: DrawnCurve, scale: Scale, decades: number): Html {
  const path = pathThrough(drawn.points.map(({ decade, us }) => ({ x: decade / decades, y: scale.place(us) })));
  return html`<path class="line s${series}${curve.dashed ? ' dashed' : ''}" d="${path}" />`;
}

/** Where the truth lies, around the curve of the frames that came. */
function band({ curve, drawn, series }: DrawnCurve, scale: Scale, decades: number): Html {
  const { errorUs, dashed } = curve;
  if (errorUs === null || dashed || drawn.points.length === 0) return html``;
  const edge = (sign: number) =>
    drawn.points.map(({ decade, us }) => ({ x: decade / decades, y: scale.place(us + sign * errorUs) }));
  return html`<path class="band f${series}" d="${pathThrough([...edge(1), ...edge(-1).reverse()])}Z" />`;
}

function decadeTicks(decades: number): Tick[] {
  const nines = Array.from({ length: Math.floor(decades) + 1 }, (_, decade) => ({
    at: decade / decades,
    text: `${Number((100 - 100 / 10 ** decade).toFixed(8))} %`,
  }));
  const [zero, ...others] = nines;
  const half = { at: Math.log10(2) / decades, text: '50 %' };
  return [...(zero ? [zero] : []), ...(half.at > NARROW ? [half] : []), ...others];
}

function readingRows(curves: readonly DrawnCurve[], most: number, decades: number): ReadingRow[] {
  return readingQuantiles(most).map((quantile) => ({
    x: quantile >= 1 ? 1 : -Math.log10(1 - quantile) / decades,
    y: null,
    label: percentileText(quantile),
    values: curves.map(({ drawn }) => formatDurationUs(isTold(quantile, drawn.count) ? drawn.at(quantile) : null)),
  }));
}

function rawHistograms(curves: readonly Curve[]): Html {
  const each = curves.flatMap(({ name, distribution: { values, negative } }) => [
    html`<dt>${name}</dt>
      <dd><code>${values}</code></dd>`,
    ...(negative === undefined
      ? []
      : [
          html`<dt>${name}, magnitudes below zero</dt>
            <dd><code>${negative}</code></dd>`,
        ]),
  ]);
  return html`<details class="raw">
    <summary>As histograms, to be merged with others</summary>
    <p>HdrHistogram V2, compressed, base64; microseconds.</p>
    <dl>${each}</dl>
  </details>`;
}
