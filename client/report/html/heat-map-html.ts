import { formatDurationUs } from '../../../shared/units.js';
import type { HeatMapSection } from '../page.js';
import { momentText } from '../unit-text.js';
import { type Html, html } from './html.js';
import { RAMP_LEVELS } from './ramp.js';
import { percent, shortName } from './plot.js';
import { timeTicks } from './time-series-html.js';
import { chartTable } from './table-html.js';

const MIN_ROW_PX = 5;
const MAX_ROW_PX = 18;
const HEIGHT_PX = 420;
/** From this ratio on, levels are factors and not differences. */
const LOGARITHMIC_FROM = 10;

/** A colour for each session and bucket of time; one path for each colour keeps the page small. */
export function heatMapHtml(section: HeatMapSection): Html {
  const { title, rows, bucketMs } = section;
  const columns = Math.max(1, ...rows.map(({ values }) => values.length));
  const bounds = levelBounds(rows.flatMap(({ values }) => values.filter((value) => value !== null)));
  const rowPx = Math.min(MAX_ROW_PX, Math.max(MIN_ROW_PX, Math.floor(HEIGHT_PX / rows.length)));
  const named = rowPx >= 12;
  const greatest = bounds.at(-1) ?? null;
  const sentence = `${title}: ${rows.length} rows, from ${formatDurationUs(bounds[0] ?? null)} to ${formatDurationUs(greatest)}.`;
  return html`${rampLegend(bounds)}
    <div class="plot-box heat${named ? ' named' : ''}">
      <svg
        class="plot"
        width="100%"
        height="${rows.length * rowPx}"
        role="img"
        tabindex="0"
        aria-label="${sentence}"
        data-columns="${columns}"
      >
        ${named ? rows.map(({ name }, index) => rowName(name, (index + 0.5) / rows.length)) : null}
        ${timeTicks(columns * bucketMs).map(({ at, text }) => html`<text class="x" x="${percent(at)}" y="100%" dy="1.5em">${text}</text>`)}
        <svg viewBox="0 0 ${columns} ${rows.length}" preserveAspectRatio="none" width="100%" height="100%">
          ${cellPaths(section, bounds)}
        </svg>
        <rect class="cross" width="${percent(1 / columns)}" height="${percent(1 / rows.length)}" />
      </svg>
    </div>
    <p class="x-title">time since the window began</p>
    ${chartTable(
      'Of',
      Array.from({ length: columns }, (_, index) => momentText(index * bucketMs)),
      rows.map(({ name, values }, index) => ({
        x: null,
        y: index / rows.length,
        label: name,
        values: values.map(formatDurationUs),
      })),
    )}`;
}

/** The upper bound of each level, the least value first. */
export function levelBounds(values: readonly number[]): number[] {
  const least = values.reduce((a, b) => Math.min(a, b), Infinity);
  const greatest = values.reduce((a, b) => Math.max(a, b), -Infinity);
  if (values.length === 0) return [];
  const byFactor = least > 0 && greatest > LOGARITHMIC_FROM * least;
  return Array.from({ length: RAMP_LEVELS + 1 }, (_, level) => {
    const share = level / RAMP_LEVELS;
    return byFactor ? least * (greatest / least) ** share : least + (greatest - least) * share;
  });
}

function cellPaths({ rows }: HeatMapSection, bounds: readonly number[]): Html[] {
  const paths = Array.from({ length: RAMP_LEVELS }, () => '');
  rows.forEach(({ values }, row) => {
    for (let column = 0; column < values.length;) {
      const level = levelOf(values[column] ?? null, bounds);
      const from = column;
      while (column < values.length && levelOf(values[column] ?? null, bounds) === level) column += 1;
      if (level !== null) paths[level] += `M${from} ${row}h${column - from}v1H${from}z`;
    }
  });
  return paths.flatMap((path, level) => (path === '' ? [] : [html`<path class="h${level}" d="${path}" />`]));
}

function levelOf(value: number | null, bounds: readonly number[]): number | null {
  if (value === null) return null;
  const level = bounds.slice(1).findIndex((bound) => value <= bound);
  return level < 0 ? RAMP_LEVELS - 1 : level;
}

function rowName(name: string, at: number): Html {
  return html`<text class="y" x="-8" y="${percent(at)}" dy="0.32em">${shortName(name)}</text>`;
}

function rampLegend(bounds: readonly number[]): Html {
  const cells = Array.from(
    { length: RAMP_LEVELS },
    (_, level) => html`<rect class="h${level}" x="${level * 16}" width="16" height="12" />`,
  );
  return html`<p class="ramp">
    <span>${formatDurationUs(bounds[0] ?? null)}</span>
    <svg class="key" width="${RAMP_LEVELS * 16}" height="12" aria-hidden="true">${cells}</svg>
    <span>${formatDurationUs(bounds.at(-1) ?? null)}</span>
  </p>`;
}
