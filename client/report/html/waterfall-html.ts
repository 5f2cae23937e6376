import { formatDurationUs } from '../../../shared/units.js';
import type { WaterfallSection } from '../page.js';
import { tickText } from '../unit-text.js';
import { type Html, html } from './html.js';
import { percent } from './plot.js';
import { linearScale } from './scale.js';
import { chartTable } from './table-html.js';

const ROW_PX = 30;
/** What is behind that share of the chart is room for words. */
const LABEL_FROM = 0.8;

interface Bar {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly whisker: number;
  readonly text: string;
}

/** A bar for each stage, behind the one before. */
export function waterfallHtml({ title, stages }: WaterfallSection): Html {
  const scale = linearScale(0, mostUs(stages) / LABEL_FROM);
  let fromUs = 0;
  const bars = stages.map(({ name, p50Us, p99Us }): Bar => {
    const bar = {
      name,
      from: scale.place(fromUs),
      to: scale.place(fromUs + p50Us),
      whisker: scale.place(fromUs + (p99Us ?? p50Us)),
      text: formatDurationUs(p50Us),
    };
    fromUs += p50Us;
    return bar;
  });
  const words = stages.map(({ name, p50Us }) => `${name} ${formatDurationUs(p50Us)}`).join(', ');
  return html`<div class="plot-box named waterfall">
      <svg
        class="plot"
        width="100%"
        height="${stages.length * ROW_PX}"
        role="img"
        tabindex="0"
        aria-label="${title}: ${words}."
      >
        ${scale.ticks.map((us) => xTick(percent(scale.place(us)), tickText('us', us)))}
        ${bars.map((bar, index) => barHtml(bar, index, stages.length))}
        <line class="cross" y1="0" y2="0" x1="0" x2="100%" />
      </svg>
    </div>
    ${chartTable(
      'Stage',
      ['p50', 'p99'],
      stages.map(({ name, p50Us, p99Us }, index) => ({
        x: null,
        y: (index + 0.5) / stages.length,
        label: name,
        values: [formatDurationUs(p50Us), formatDurationUs(p99Us)],
      })),
    )}`;
}

function mostUs(stages: WaterfallSection['stages']): number {
  let fromUs = 0;
  return stages.reduce((most, { p50Us, p99Us }) => {
    const end = fromUs + Math.max(p50Us, p99Us ?? 0);
    fromUs += p50Us;
    return Math.max(most, end);
  }, 1);
}

function barHtml({ name, from, to, whisker, text }: Bar, index: number, rows: number): Html {
  const top = percent((index + 0.2) / rows);
  const middle = percent((index + 0.5) / rows);
  return html`<text class="y" x="-8" y="${middle}" dy="0.32em">${name}</text>
    <line class="whisker" x1="${percent(to)}" x2="${percent(whisker)}" y1="${middle}" y2="${middle}" />
    <rect
      class="bar"
      x="${percent(from)}"
      width="${percent(Math.max(0.002, to - from))}"
      y="${top}"
      height="${percent(0.6 / rows)}"
    />
    <text class="value" x="${percent(whisker)}" dx="6" y="${middle}" dy="0.32em">${text}</text>`;
}

function xTick(x: string, text: string): Html {
  return html`<line class="grid" x1="${x}" x2="${x}" y1="0" y2="100%" /><text class="x" x="${x}" y="100%" dy="1.5em"
      >${text}</text
    >`;
}
