import type { OutagesSection } from '../page.js';
import { momentText } from '../unit-text.js';
import { type Html, html } from './html.js';
import { percent, shortName } from './plot.js';
import { chartTable } from './table-html.js';
import { timeTicks } from './time-series-html.js';

const ROW_PX = 20;

/** A row for each subject that had an outage, a bar for each of them. */
export function outagesHtml({ title, windowMs, rows }: OutagesSection): Html {
  const endMs = Math.max(1, windowMs);
  const count = rows.reduce((sum, { outages }) => sum + outages.length, 0);
  const at = (ms: number): number => Math.min(1, Math.max(0, ms / endMs));
  const sentence = `${title}: ${count} in ${rows.length} rows. ${rows[0]?.name ?? ''} was longest without a connection.`;
  return html`<div class="plot-box named outages">
      <svg class="plot" width="100%" height="${rows.length * ROW_PX}" role="img" tabindex="0" aria-label="${sentence}">
        ${timeTicks(endMs).map(({ at: x, text }) => html`<line class="grid" x1="${percent(x)}" x2="${percent(x)}" y1="0" y2="100%" /><text class="x" x="${percent(x)}" y="100%" dy="1.5em">${text}</text>`)}
        ${rows.map(
          ({ name, outages }, row) =>
            html`<text class="y" x="-8" y="${percent((row + 0.5) / rows.length)}" dy="0.32em">${shortName(name)}</text>
              <line
                class="track"
                x1="0"
                x2="100%"
                y1="${percent((row + 0.5) / rows.length)}"
                y2="${percent((row + 0.5) / rows.length)}"
              />
              ${outages.map(({ fromMs, toMs }) => html`<rect class="outage" x="${percent(at(fromMs))}" width="${percent(Math.max(0.003, at(toMs) - at(fromMs)))}" y="${percent((row + 0.2) / rows.length)}" height="${percent(0.6 / rows.length)}" />`)}`,
        )}
        <line class="cross" x1="0" x2="0" y1="0" y2="100%" />
      </svg>
    </div>
    <p class="x-title">time since the window began</p>
    ${chartTable(
      'Of',
      ['From', 'To', 'Why'],
      rows.flatMap(({ name, outages }, row) =>
        outages.map(({ fromMs, toMs, label }) => ({
          x: at((fromMs + toMs) / 2),
          y: (row + 0.5) / rows.length,
          label: name,
          values: [momentText(fromMs), momentText(toMs), label],
        })),
      ),
    )}`;
}
