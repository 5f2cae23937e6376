import type { Rect } from './layout.js';
import type { ProgressPage } from './progress.js';

/** Where the parts of a progress page stand. Parts that find no room are null. */
export interface ProgressLayout {
  readonly title: Rect;
  readonly bar: Rect;
  readonly figures: Rect;
  readonly figureColumns: number;
  readonly charts: readonly Rect[];
  readonly table: Rect | null;
  readonly notice: Rect;
  readonly keys: Rect;
}

/** Cells of one figure with its label. */
const FIGURE_COLUMNS = 36;
export const MAX_FIGURES = 10;
const MAX_CHARTS = 2;
const BORDER_ROWS = 2;
/** Rows of a chart without its border: fewer show no shape. */
const MIN_CHART_ROWS = 4;
const MAX_CHART_ROWS = 14;
/** Border, heading and two rows. */
const MIN_TABLE_ROWS = 5;
const TABLE_HEADING_ROWS = 1;
/** Above: title and bar. Below: notice and keys. */
const HEAD_ROWS = 2;
const FOOT_ROWS = 2;

/** Divides `columns` by `rows` cells for `page`: figures first, then the table as far as it has rows, charts take the rest. */
export function progressLayout(columns: number, rows: number, page: ProgressPage): ProgressLayout {
  const row = (top: number, height = 1): Rect => ({ left: 0, top, width: columns, height });
  const figureColumns = Math.max(1, Math.floor((columns - 2) / FIGURE_COLUMNS));
  const figureRows = Math.ceil(Math.min(MAX_FIGURES, page.figures.length) / figureColumns);
  const figuresHeight = figureRows === 0 ? 0 : figureRows + BORDER_ROWS;
  const top = HEAD_ROWS + figuresHeight;
  const room = rows - FOOT_ROWS - top;
  const tableHeight = tableRows(page, room);
  const chartHeight = chartRows(page, room - tableHeight, tableHeight > 0);
  return {
    title: row(0),
    bar: row(1),
    figures: row(HEAD_ROWS, figuresHeight),
    figureColumns,
    charts: chartHeight > 0 ? sideBySide(row(top, chartHeight), Math.min(MAX_CHARTS, page.charts.length)) : [],
    table: tableHeight > 0 ? row(top + chartHeight, room - chartHeight) : null,
    notice: row(rows - 2),
    keys: row(rows - 1),
  };
}

/** What the table would like, but not more than leaves the charts their least where it can be scrolled. */
function tableRows({ table, charts }: ProgressPage, room: number): number {
  if (!table || room < MIN_TABLE_ROWS) return 0;
  const wanted = table.rows.length + TABLE_HEADING_ROWS + BORDER_ROWS;
  const least = MIN_CHART_ROWS + BORDER_ROWS;
  const forCharts = charts.length > 0 && room >= MIN_TABLE_ROWS + least ? Math.max(least, Math.round(room / 3)) : 0;
  return Math.max(MIN_TABLE_ROWS, Math.min(wanted, room - forCharts));
}

function chartRows({ charts }: ProgressPage, room: number, hasTable: boolean): number {
  if (charts.length === 0 || room < MIN_CHART_ROWS + BORDER_ROWS) return 0;
  return hasTable ? Math.min(room, MAX_CHART_ROWS + BORDER_ROWS) : room;
}

function sideBySide(rect: Rect, parts: number): Rect[] {
  return Array.from({ length: parts }, (_, index) => {
    const left = Math.floor((index * rect.width) / parts);
    return { ...rect, left, width: Math.floor(((index + 1) * rect.width) / parts) - left };
  });
}
