import contrib from 'blessed-contrib';
import type { StreamSnapshot } from '../metrics/snapshot.js';
import { DOTS_ACROSS, DOTS_DOWN, type LatencyChart } from './latency-chart.js';
import type { Rect } from './layout.js';
import { colorOf, type ColorDepth } from './paint.js';
import { inside } from './panels.js';
import type { TerminalScreen } from './screen.js';
import { COLUMN_GAP, streamTable, tableLabel } from './stream-table.js';

/** What contrib's canvas offers beyond its typings. */
interface CanvasWidget {
  calcSize: () => void;
  canvasSize: { width: number; height: number };
  readonly ctx: {
    strokeStyle: number | string;
    fillStyle: number | string;
    beginPath(): void;
    lineTo(x: number, y: number): void;
    stroke(): void;
    fillText(text: string, x: number, y: number): void;
  };
}

/** What contrib's table offers beyond its typings: the list of its rows. */
interface TableWidget {
  readonly rows: { parseTags: boolean; style: object; select(index: number): void };
}

/** Contrib's word for the terminal's own colour. */
const OWN_COLOR = 'normal';

/**
 * Draws latency over time on contrib's Braille canvas. Its line chart would not do: it joins the points around a gap,
 * has one style of line, and labels its axis with bare numbers. `build` is asked for the chart and the label on its
 * border when there is none of this `version`.
 */
export function addLatencyChart(
  screen: TerminalScreen,
  rect: Rect,
  version: string,
  build: () => { readonly chart: LatencyChart; readonly label: string },
): void {
  screen.widget('chart', rect, version, () => {
    const { chart, label } = build();
    const { columns, rows } = inside(rect);
    const widget = contrib.canvas(screen.boxOptions(rect, label));
    const canvas = widget as unknown as CanvasWidget;
    // By itself it leaves the last columns and rows empty.
    canvas.calcSize = () => {
      canvas.canvasSize = { width: columns * DOTS_ACROSS, height: rows * DOTS_DOWN };
    };
    widget.on('attach', () => drawChart(canvas, chart, screen.colors));
    return widget;
  });
}

function drawChart({ ctx }: CanvasWidget, { lines, labels }: LatencyChart, colors: ColorDepth): void {
  for (const { role, dots } of lines) {
    ctx.strokeStyle = colorOf(role, colors) ?? OWN_COLOR;
    ctx.beginPath();
    // A line needs two ends, so that a single dot is joined to itself.
    for (const { x, y } of [...dots, ...dots.slice(-1)]) ctx.lineTo(x, y);
    ctx.stroke();
  }
  ctx.fillStyle = OWN_COLOR;
  for (const { text, column, row } of labels) ctx.fillText(text, column * DOTS_ACROSS, row * DOTS_DOWN);
}

/** Lists all streams in contrib's table, scrolled so that the selected one, in bold, is in sight. */
export function addStreamTable(
  screen: TerminalScreen,
  rect: Rect,
  streams: readonly StreamSnapshot[],
  selected: number,
): void {
  const { widths, headers, rows } = streamTable(streams, selected, rect.width - 4, screen.glyphs);
  screen.widget('table', rect, rows.join('\n'), () => {
    const { translate } = screen.glyphs;
    const table = contrib.table({
      ...(screen.boxOptions(rect, tableLabel(streams, rect)) as contrib.Widgets.TableOptions),
      columnWidth: [...widths],
      columnSpacing: COLUMN_GAP + 1,
      fg: 'default',
    });
    const list = (table as unknown as TableWidget).rows;
    list.parseTags = false;
    list.style = { selected: { bold: true }, item: {} };
    table.on('attach', () => {
      table.setData({ headers: headers.map(translate), data: rows.map((row) => row.map(translate)) });
      list.select(selected);
    });
    return table;
  });
}
