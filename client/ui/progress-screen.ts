import type { CancelTimer, Clock } from '../../shared/clock.js';
import { MIN_COLUMNS, MIN_ROWS } from './layout.js';
import { inside } from './panels.js';
import { progressLayout, type ProgressLayout } from './progress-layout.js';
import { barLine, chartLines, chartTitle, figureRows, titleLine } from './progress-panels.js';
import { tableLines } from './progress-table.js';
import type { ProgressPage, ProgressView } from './progress.js';
import { TerminalScreen, type TerminalStreams } from './screen.js';
import { safeText, shortened } from './text.js';
import { Throttle } from './throttle.js';

/** What the screen draws on, and whom it tells about keys. */
export interface ProgressScreenOptions extends TerminalStreams {
  readonly clock: Clock;
  /** `q` or Ctrl+C was pressed. */
  onQuit(): void;
}

const REDRAW_INTERVAL_US = 250_000;
/** How long a sentence that was said stands in its line. */
const SAY_US = 8_000_000;
const PAGE_ROWS = 10;

/** Shows a run on the full screen until `close`, which must run before the process ends, however it ends. */
export class ProgressScreen implements ProgressView {
  private readonly screen: TerminalScreen;
  private readonly throttle: Throttle;
  private page: ProgressPage | null = null;
  private said: string | null = null;
  private cancelSaid: CancelTimer = () => undefined;
  private isStopping = false;
  private firstRow = 0;

  constructor(private readonly options: ProgressScreenOptions) {
    this.screen = new TerminalScreen(options);
    this.throttle = new Throttle(options.clock, REDRAW_INTERVAL_US, () => this.draw());
    this.screen.onResize(() => this.repaint());
    this.screen.onKey(['q', 'S-q', 'C-c'], () => this.quit());
    this.screen.onKey(['C-l'], () => this.repaint());
    const moves: readonly [keys: string[], rows: number][] = [
      [['down', 'j'], 1],
      [['up', 'k'], -1],
      [['pagedown', 'space'], PAGE_ROWS],
      [['pageup'], -PAGE_ROWS],
      [['home', 'g'], -Infinity],
      [['end', 'S-g'], Infinity],
    ];
    for (const [keys, rows] of moves) this.screen.onKey(keys, () => this.scroll(rows));
  }

  render(page: ProgressPage): void {
    this.page = page;
    this.throttle.request();
  }

  say(sentence: string): void {
    this.said = safeText(sentence);
    this.cancelSaid();
    this.cancelSaid = this.options.clock.schedule(SAY_US, () => {
      this.said = null;
      this.throttle.request();
    });
    this.throttle.request();
  }

  close(): void {
    this.throttle.cancel();
    this.cancelSaid();
    this.screen.close();
  }

  private quit(): void {
    this.isStopping = true;
    this.throttle.request();
    this.options.onQuit();
  }

  private scroll(rows: number): void {
    this.firstRow = Math.max(0, Math.min(this.firstRow + rows, this.page?.table?.rows.length ?? 0));
    this.throttle.request();
  }

  private repaint(): void {
    this.screen.repaint();
    this.throttle.request();
  }

  private draw(): void {
    const { page, screen } = this;
    if (screen.closed || !page) return;
    const { columns, rows, glyphs, paint } = screen;
    screen.begin();
    if (columns < MIN_COLUMNS || rows < MIN_ROWS) {
      const text = [`Terminal too small (${columns}x${rows}); at least ${MIN_COLUMNS}x${MIN_ROWS}.`, 'q stops.'];
      screen.text({ left: 0, top: 0, width: columns, height: rows }, text);
      return screen.draw();
    }
    const place = progressLayout(columns, rows, page);
    screen.text(place.title, [titleLine(page, columns, glyphs, paint)]);
    screen.text(place.bar, [barLine(page, columns, glyphs, paint)]);
    this.drawFigures(page, place);
    this.drawCharts(page, place);
    this.drawTable(page, place);
    this.drawFoot(page, place);
    screen.draw();
  }

  private drawFigures(page: ProgressPage, { figures, figureColumns }: ProgressLayout): void {
    if (figures.height === 0) return;
    const { glyphs, paint } = this.screen;
    this.screen.text(figures, figureRows(page, inside(figures), figureColumns, glyphs, paint), 'Figures');
  }

  private drawCharts({ charts }: ProgressPage, place: ProgressLayout): void {
    const { screen } = this;
    for (const [index, rect] of place.charts.entries()) {
      const chart = charts[index];
      if (chart) screen.text(rect, chartLines(chart, inside(rect), screen.glyphs, screen.paint), chartTitle(chart));
    }
  }

  private drawTable({ table }: ProgressPage, { table: rect }: ProgressLayout): void {
    if (!table || !rect) return;
    const { screen } = this;
    const { columns, rows } = inside(rect);
    const { rowsAre = 'rows' } = table;
    const { heading, rows: lines } = tableLines(table, columns, screen.glyphs);
    const shown = rows - 1;
    this.firstRow = Math.max(0, Math.min(this.firstRow, lines.length - shown));
    const last = Math.min(lines.length, this.firstRow + shown);
    const part = lines.length > shown ? `${this.firstRow + 1} to ${last} of ` : '';
    const caption = `${part}${lines.length} ${lines.length === 1 ? rowsAre.replace(/s$/, '') : rowsAre}`;
    screen.text(rect, [screen.paint(heading, 'strong'), ...lines.slice(this.firstRow, last)], caption);
  }

  private drawFoot(page: ProgressPage, { notice, keys }: ProgressLayout): void {
    const { glyphs, paint, columns } = this.screen;
    const text = this.isStopping ? 'Stopping; the report follows.' : (this.said ?? safeText(page.notice ?? ''));
    if (text !== '') this.screen.text(notice, [` ${paint(shortened(text, columns - 2, glyphs), 'bad')}`]);
    const scroll = page.table ? `   ${glyphs.braille ? '↑ ↓' : 'j k'} scroll` : '';
    this.screen.text(keys, [` ${paint('q', 'strong')} stop and report${scroll}`]);
  }
}
