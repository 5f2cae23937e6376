import type { TableCell, TableColumn, TableSection } from '../page.js';
import { type Html, html } from './html.js';

/** A table longer than that scrolls in itself, and only so many of its rows are printed. */
const LONG_ROWS = 40;

/** A table that can be sorted by each of its columns, by whoever has scripts. */
export function tableHtml({ title, columns, rows }: TableSection): Html {
  const isLong = rows.length > LONG_ROWS;
  const cut = isLong ? html`<p class="print-only">Printed: the first ${LONG_ROWS} of ${rows.length} rows.</p>` : null;
  return html`<div class="scroll${isLong ? ' long' : ''}" tabindex="0" role="region" aria-label="${title}">
      <table class="data sortable">
        <thead>
          <tr>
            ${columns.map(({ label, align }) => html`<th scope="col" class="${align}">${label}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            (cells) =>
              html`<tr>
                ${cells.map((cell, index) => cellHtml(cell, columns[index], index))}
              </tr> `,
          )}
        </tbody>
      </table>
    </div>
    ${cut}`;
}

/** A row of a chart's table: where its point is in the chart, 0 to 1 from the left and from the top, and what it says. */
export interface ReadingRow {
  readonly x: number | null;
  readonly y: number | null;
  readonly label: string;
  readonly values: readonly string[];
}

/** What a chart shows, as a table that is folded away; the page's script reads from it what the pointer is at. */
export function chartTable(heading: string, names: readonly string[], rows: readonly ReadingRow[]): Html {
  return html`<details class="as-table">
    <summary>As a table</summary>
    <div class="scroll long" tabindex="0" role="region" aria-label="The chart as a table">
      <table class="data reading">
        <thead>
          <tr>
            <th scope="col">${heading}</th>
            ${names.map((name) => html`<th scope="col" class="right">${name}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            ({ x, y, label, values }) =>
              html`<tr${place('x', x)}${place('y', y)}><th scope="row">${label}</th>${values.map((text) => html`<td>${text}</td>`)}</tr>\n`,
          )}
        </tbody>
      </table>
    </div>
  </details>`;
}

function place(axis: 'x' | 'y', at: number | null): Html | null {
  if (at === null) return null;
  const text = at.toFixed(4);
  return axis === 'x' ? html` data-x="${text}"` : html` data-y="${text}"`;
}

function cellHtml({ text, sortValue, tone }: TableCell, column: TableColumn | undefined, index: number): Html {
  const words = [column?.align === 'right' ? 'right' : '', tone ?? ''].filter((word) => word !== '').join(' ');
  const value = sortValue === undefined ? null : html` data-v="${sortValue ?? ''}"`;
  const style = words === '' ? null : html` class="${words}"`;
  return index === 0 ? html`<th scope="row" ${style}${value}>${text}</th>` : html`<td${style}${value}>${text}</td>`;
}
