import { type Html, html } from './html.js';

/** A label on an axis; `at` is from 0 to 1, from the left or from the bottom. */
export interface Tick {
  readonly at: number;
  readonly text: string;
}

/** A name at the right end of a line. */
export interface EndLabel {
  /** Height of the line's end, 0 to 1 from the bottom. */
  readonly at: number;
  readonly text: string;
  readonly series: number;
}

/** What a plot is made of. */
export interface Plot {
  /** What it shows, in a sentence, for those who cannot see it. */
  readonly sentence: string;
  readonly heightPx: number;
  readonly xTicks: readonly Tick[];
  readonly yTicks: readonly Tick[];
  readonly xTitle: string;
  readonly yTitle: string;
  /** Drawn on a square of 1000 by 1000, which is stretched over the plot; y goes down. */
  readonly layers: readonly Html[];
  readonly endLabels: readonly EndLabel[];
}

/** Side of the square that lines are drawn on. */
export const SQUARE = 1000;
/** Colours of lines; more lines than that begin anew. */
export const SERIES = 8;

const LABEL_PX = 15;
const NAME_LENGTH = 18;

/**
 * A plot with its axes. Lines are stretched with the page, words keep their size, so that it can be read on a phone; the
 * page's script lets the pointer and the arrow keys move over it.
 */
export function plot({ sentence, heightPx, xTicks, yTicks, xTitle, yTitle, layers, endLabels }: Plot): Html {
  return html`${yTitle === '' ? null : html`<p class="y-title">${yTitle}</p>`}
    <div class="plot-box${endLabels.length > 0 ? ' with-ends' : ''}">
      <svg class="plot" width="100%" height="${heightPx}" role="img" tabindex="0" aria-label="${sentence}">
        ${yTicks.map(({ at, text }) => yTick(percent(1 - at), text))}
        ${xTicks.map(({ at, text }) => xTick(percent(at), text))}
        <svg viewBox="0 0 ${SQUARE} ${SQUARE}" preserveAspectRatio="none" width="100%" height="100%">${layers}</svg>
        ${apart(endLabels, LABEL_PX / heightPx).map(
          ({ at, text, series }) =>
            html`<text class="end t${series % SERIES}" x="100%" dx="6" y="${percent(1 - at)}" dy="0.32em"
              >${shortName(text)}</text
            >`,
        )}
        <line class="cross" x1="0" x2="0" y1="0" y2="100%" />
      </svg>
    </div>
    <p class="x-title">${xTitle}</p>`;
}

/** A share as a length of SVG: `33.3%`. */
export function percent(share: number): string {
  return `${Number((share * 100).toFixed(2))}%`;
}

/** A path through points of the unit square, with y going up; null is a gap. A point alone is a short stroke. */
export function pathThrough(points: readonly ({ readonly x: number; readonly y: number } | null)[]): string {
  return points
    .map((point, index) => {
      if (point === null) return '';
      const place = `${square(point.x)} ${square(1 - point.y)}`;
      if (points[index - 1]) return `L${place}`;
      return points[index + 1] ? `M${place}` : `M${place}h.1`;
    })
    .join('');
}

/** A name beside a chart, cut to what has room there. */
export function shortName(name: string): string {
  const characters = [...name];
  return characters.length > NAME_LENGTH ? `${characters.slice(0, NAME_LENGTH - 1).join('')}…` : name;
}

function square(share: number): number {
  return Number((share * SQUARE).toFixed(1));
}

function yTick(y: string, text: string): Html {
  return html`<line class="grid" x1="0" x2="100%" y1="${y}" y2="${y}" /><text class="y" x="-8" y="${y}" dy="0.32em"
      >${shortName(text)}</text
    >`;
}

function xTick(x: string, text: string): Html {
  return html`<line class="grid" x1="${x}" x2="${x}" y1="0" y2="100%" /><text class="x" x="${x}" y="100%" dy="1.5em"
      >${shortName(text)}</text
    >`;
}

/** The same labels, moved so far that none covers another. */
function apart(labels: readonly EndLabel[], distance: number): EndLabel[] {
  const sorted = [...labels].sort((a, b) => b.at - a.at);
  let below = Infinity;
  const down = sorted.map((label) => {
    below = Math.min(label.at, below - distance);
    return { ...label, at: below };
  });
  let above = -distance;
  return down.reverse().map((label) => {
    above = Math.max(label.at, above + distance);
    return { ...label, at: above };
  });
}
