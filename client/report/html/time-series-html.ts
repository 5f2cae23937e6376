import type { TimeSeriesSection } from '../page.js';
import { momentText, tickText, unitText } from '../unit-text.js';
import { type Html, html } from './html.js';
import { pathThrough, plot, SERIES, type Tick } from './plot.js';
import { scaleFor } from './scale.js';
import { chartTable } from './table-html.js';

const HEIGHT_PX = 190;
/** Line styles beside the colours. */
const STYLES = 4;
const MAX_TICKS = 6;
const NICE_SECONDS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 28_800, 86_400] as const;

/** Lines over the time of the run. */
export function timeSeriesHtml(section: TimeSeriesSection): Html {
  const { title, unit, atMs, lines } = section;
  const endMs = Math.max(1, atMs.at(-1) ?? 0);
  const values = lines.flatMap((line) => line.values.filter((value) => value !== null));
  const scale = scaleFor(values);
  const x = (index: number): number => (atMs[index] ?? 0) / endMs;
  const place = (value: number | null, index: number) =>
    value === null ? null : { x: x(index), y: scale.place(value) };
  return html`${legend(section)}
  ${plot({
    sentence: `${title}. ${seriesSentence(section)}`,
    heightPx: HEIGHT_PX,
    xTicks: timeTicks(endMs),
    yTicks: scale.ticks.map((tick) => ({ at: scale.place(tick), text: tickText(unit, tick) })),
    xTitle: 'time since the window began',
    yTitle: scale.isLogarithmic ? 'logarithmic' : '',
    layers: lines.map(
      ({ values: own }, series) => html`<path class="${strokeOf(series)}" d="${pathThrough(own.map(place))}" />`,
    ),
    endLabels: lines.flatMap(({ name, values: own }, series) => {
      const last = own.findLast((value) => value !== null);
      return last === undefined || last === null ? [] : [{ at: scale.place(last), text: name, series }];
    }),
  })}
  ${chartTable(
    'Time',
    lines.map(({ name }) => name),
    atMs.map((moment, index) => ({
      x: x(index),
      y: null,
      label: momentText(moment),
      values: lines.map(({ values: own }) => unitText(unit, own[index] ?? null)),
    })),
  )}`;
}

/** Least and greatest of each line, in words. */
function seriesSentence({ unit, lines }: TimeSeriesSection): string {
  return lines
    .map(({ name, values }) => {
      const known = values.filter((value) => value !== null);
      if (known.length === 0) return `${name}: nothing measured.`;
      return `${name}: ${unitText(unit, Math.min(...known))} to ${unitText(unit, Math.max(...known))}.`;
    })
    .join(' ');
}

/** Labels of a time axis of at most six steps, each a number of seconds, minutes or hours that people count in. */
export function timeTicks(endMs: number): Tick[] {
  const seconds = endMs / 1000;
  const step = NICE_SECONDS.find((nice) => seconds / nice <= MAX_TICKS) ?? Math.ceil(seconds / MAX_TICKS);
  return Array.from({ length: Math.floor(seconds / step + 1e-9) + 1 }, (_, index) => ({
    at: (index * step) / seconds,
    text: momentText(index * step * 1000),
  }));
}

function legend({ lines }: TimeSeriesSection): Html {
  const entries = lines.map(
    ({ name }, series) =>
      html`<li>
        <svg class="key" width="28" height="10" aria-hidden="true">
          <path class="${strokeOf(series)}" d="M0 5H28" />
        </svg>
        ${name}
      </li>`,
  );
  return html`<ul class="legend">
    ${entries}
  </ul>`;
}

function strokeOf(series: number): string {
  return `line s${series % SERIES} d${series % STYLES}`;
}
