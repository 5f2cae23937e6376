import type { CancelTimer, Clock } from '../../shared/clock.js';
import type { Snapshot, StreamSnapshot } from '../metrics/snapshot.js';
import { addLatencyChart, addStreamTable } from './contrib-widgets.js';
import { halfBlockLines, type Pixels } from './half-blocks.js';
import { latencyChart, type LatencyChart } from './latency-chart.js';
import { latencyColumns } from './latency-columns.js';
import { layout, MIN_COLUMNS, MIN_ROWS, type Layout, type Rect } from './layout.js';
import { LivePicture, type DecodePicture } from './live-picture.js';
import * as panels from './panels.js';
import { TerminalScreen, type TerminalStreams } from './screen.js';
import { stageRows } from './stage-rows.js';
import { keyLine, messageLine, statusLine } from './status.js';
import { isTroubled, nothingText } from './stream-words.js';
import { safeText, shortened } from './text.js';
import { Throttle } from './throttle.js';
import { formatDurationUs } from '../../shared/units.js';

/** What the dashboard draws on, asks for and reports. */
export interface DashboardOptions extends TerminalStreams {
  /** Stands at the top left. */
  readonly title: string;
  readonly clock: Clock;
  readonly decode: DecodePicture;
  /** The newest JPEG of a stream for the live picture, or null while there is none; absent where there never is one. */
  readonly latestJpeg?: ((streamId: number) => Buffer | null) | undefined;
  /** Writes the figures to a file and resolves with its name, to be shown. */
  snapshotToFile(): Promise<string>;
  /** `r` was pressed: all figures are to begin anew. */
  onReset(): void;
  /** `q` or Ctrl+C was pressed. */
  onQuit(): void;
}

const REDRAW_INTERVAL_US = 200_000;
/** How long the answer to a key stands in the message line. */
const FEEDBACK_US = 5_000_000;

/**
 * The full-screen dashboard. It draws what `render` is given, at most 5 times a second, and holds the terminal until
 * `close`, which must run before the process ends, however it ends.
 */
export class Dashboard {
  private readonly screen: TerminalScreen;
  private readonly throttle: Throttle;
  private readonly livePicture: LivePicture;
  private newest: Snapshot | null = null;
  private shown: Snapshot | null = null;
  private selectedId: number | null = null;
  private paused = false;
  private feedback: string | null = null;
  private cancelFeedback: CancelTimer = () => {};
  private pictureSize = '';

  constructor(private readonly options: DashboardOptions) {
    const { clock, decode } = options;
    this.screen = new TerminalScreen(options);
    this.throttle = new Throttle(clock, REDRAW_INTERVAL_US, () => this.draw());
    this.livePicture = new LivePicture({
      clock,
      decode,
      latestJpeg: () => (this.paused || !this.stream ? null : (options.latestJpeg?.(this.stream.id) ?? null)),
      size: () => (this.place ? panels.inside(this.place.body) : null),
      show: (picture) => this.showPicture(picture),
      fail: (error) => this.say(error.message),
    });
    this.screen.onResize(() => this.repaint());
    this.bindKeys();
  }

  /** Takes the newest figures; they are drawn now or at the end of the running fifth of a second. */
  render(snapshot: Snapshot): void {
    this.newest = snapshot;
    if (!this.paused) this.shown = snapshot;
    this.throttle.request();
  }

  /** Gives the terminal back as it was: screen, cursor, line mode. Harmless when called again. */
  close(): void {
    this.throttle.cancel();
    this.cancelFeedback();
    this.livePicture.stop();
    this.screen.close();
  }

  private bindKeys(): void {
    const keys: [names: string[], action: () => void][] = [
      [['q', 'S-q', 'C-c'], () => this.options.onQuit()],
      [['p', 'S-p', 'space'], () => this.togglePause()],
      [['r', 'S-r'], () => this.reset()],
      [['n', 'S-n'], () => this.selectNext()],
      [['s', 'S-s'], () => void this.saveSnapshot()],
      [['v', 'S-v'], () => this.togglePicture()],
      [['C-l'], () => this.repaint()],
    ];
    for (const [names, action] of keys) this.screen.onKey(names, action);
  }

  private togglePause(): void {
    this.paused = !this.paused;
    this.shown = this.newest;
    this.throttle.request();
  }

  private reset(): void {
    this.options.onReset();
    this.say('All figures begin anew.');
  }

  private selectNext(): void {
    const streams = this.shown?.streams ?? [];
    this.selectedId = streams[(this.selectedIndex + 1) % Math.max(1, streams.length)]?.id ?? null;
    if (this.livePicture.running) this.repaint();
    else this.throttle.request();
  }

  private async saveSnapshot(): Promise<void> {
    try {
      this.say(`Saved to ${await this.options.snapshotToFile()}`);
    } catch (thrown) {
      this.say(thrown instanceof Error ? thrown.message : String(thrown));
    }
  }

  private togglePicture(): void {
    if (!this.options.latestJpeg) return;
    if (this.livePicture.running) this.livePicture.stop();
    else this.livePicture.start();
    this.repaint();
  }

  /** Answers a key in the message line, for some seconds. */
  private say(text: string): void {
    this.feedback = safeText(text);
    this.cancelFeedback();
    this.cancelFeedback = this.options.clock.schedule(FEEDBACK_US, () => {
      this.feedback = null;
      this.throttle.request();
    });
    this.throttle.request();
  }

  /** Draws everything anew: after a resize or a picture the terminal shows what blessed does not know of. */
  private repaint(): void {
    this.livePicture.refresh();
    this.screen.repaint();
    this.throttle.request();
  }

  private get place(): Layout | null {
    const { columns, rows } = this.screen;
    const stages = this.stream ? stageRows(this.stream).length : undefined;
    return layout(columns, rows, this.shown?.streams.length ?? 0, stages);
  }

  /** Index of the selected stream; the first one until another is chosen, or when it is gone. */
  private get selectedIndex(): number {
    return Math.max(0, this.shown?.streams.findIndex(({ id }) => id === this.selectedId) ?? 0);
  }

  private get stream(): StreamSnapshot | null {
    return this.shown?.streams[this.selectedIndex] ?? null;
  }

  private draw(): void {
    const { place, screen, shown } = this;
    if (screen.closed) return;
    screen.begin();
    if (!place) this.drawTooSmall();
    else if (shown) this.drawAll(place, shown);
    screen.draw();
  }

  private drawTooSmall(): void {
    const { columns, rows } = this.screen;
    const text = [
      `Terminal too small (${columns}x${rows}).`,
      `At least ${MIN_COLUMNS}x${MIN_ROWS}, please.`,
      'q quits.',
    ];
    this.screen.text({ left: 0, top: 0, width: columns, height: rows }, text);
  }

  private drawAll(place: Layout, snapshot: Snapshot): void {
    const { screen, stream, selectedIndex } = this;
    const { glyphs, paint, columns } = screen;
    const hasPictures = this.options.latestJpeg !== undefined;
    const view = { paused: this.paused, picture: this.livePicture.running, hasPictures };
    screen.text(place.status, [statusLine(this.options.title, snapshot, selectedIndex, view, columns, glyphs, paint)]);
    screen.text(place.headline, panels.headlineLines(stream, place.bigHeadline, columns, screen));
    screen.text(place.keys, [keyLine(view, columns, paint)]);
    this.drawMessage(place.message, snapshot);
    if (view.picture) this.drawPictureFrame(place.body);
    else this.drawPanels(place, snapshot);
  }

  private drawMessage(rect: Rect, snapshot: Snapshot): void {
    const { glyphs, paint } = this.screen;
    const text = this.feedback ?? messageLine(snapshot, this.stream);
    if (text === '') return;
    const isBad = snapshot.state !== 'connected' || (this.stream !== null && isTroubled(this.stream));
    const role = this.feedback === null && isBad ? 'bad' : 'strong';
    this.screen.text(rect, [` ${paint(shortened(text, rect.width - 2, glyphs), role)}`]);
  }

  private drawPanels(place: Layout, snapshot: Snapshot): void {
    const { screen, stream } = this;
    this.drawLatency(place.chart, stream);
    const add = (rect: Rect, { label, lines }: panels.Panel): void => screen.text(rect, lines, label);
    add(place.figures, panels.figuresPanel(snapshot, stream, place.figures, screen));
    if (place.waterfall) add(place.waterfall, panels.waterfallPanel(stream, place.waterfall, screen));
    if (place.histogram) add(place.histogram, panels.histogramPanel(stream, place.histogram, screen));
    if (place.table) addStreamTable(screen, place.table, snapshot.streams, this.selectedIndex);
  }

  private drawLatency(rect: Rect, stream: StreamSnapshot | null): void {
    const { screen } = this;
    const seconds = stream?.seconds ?? [];
    const errorUs = stream?.latencyUs.errorUs ?? null;
    const labelOf = ({ spanSeconds, clippedUs }: Pick<LatencyChart, 'spanSeconds' | 'clippedUs'>): string =>
      panels.chartLabel(spanSeconds, errorUs, clippedUs, panels.labelColumns(rect), screen);
    if (!seconds.some(({ latencyP50Us }) => latencyP50Us !== null)) {
      const text = stream?.latencyUs.count ? 'measuring the first second' : nothingText(stream);
      screen.text(rect, panels.waiting(rect, text), 'Latency over time');
      return;
    }
    if (!screen.glyphs.braille) {
      const chart = latencyColumns(seconds, panels.inside(rect), screen.glyphs);
      screen.text(rect, chart.lines, labelOf(chart));
      return;
    }
    const newest = JSON.stringify(seconds.at(-1));
    addLatencyChart(screen, rect, `${stream?.id} ${seconds.length} ${newest} ${formatDurationUs(errorUs)}`, () => {
      const chart = latencyChart(seconds, panels.inside(rect));
      return { chart, label: labelOf(chart) };
    });
  }

  private drawPictureFrame(rect: Rect): void {
    const { stream } = this;
    const jpeg = stream && this.options.latestJpeg?.(stream.id);
    const label = stream ? `Live picture of ${safeText(stream.name)}` : 'Live picture';
    this.screen.text(rect, jpeg ? [] : panels.waiting(rect, nothingText(stream)), label);
  }

  private showPicture(picture: Pixels): void {
    const { place } = this;
    if (!place) return;
    const { columns, rows } = panels.inside(place.body);
    this.clearOtherPicture(`${picture.width}x${picture.height}`);
    const lines = halfBlockLines(picture, this.options.traits.colors);
    const left = place.body.left + 2 + Math.floor((columns - picture.width) / 2);
    const top = place.body.top + 2 + Math.floor((rows - lines.length) / 2);
    // Straight to the terminal: blessed knows 256 colours only, and never touches cells that it holds for blank.
    this.screen.write(lines.map((line, row) => `\x1b[${top + row};${left}H${line}`).join(''));
  }

  /** A picture of another size would leave the edges of the one before. */
  private clearOtherPicture(size: string): void {
    if (size === this.pictureSize) return;
    this.pictureSize = size;
    this.screen.repaint();
    this.screen.draw();
  }
}
