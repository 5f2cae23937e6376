import { createRequire } from 'node:module';
import blessed, { type Widgets } from 'blessed';
import { GLYPHS, type Glyphs } from './glyphs.js';
import type { Rect } from './layout.js';
import { createPaint, type ColorDepth, type Paint } from './paint.js';
import type { TerminalTraits } from './terminal-traits.js';

/** A terminal to draw on: its two streams, and what it can do. */
export interface TerminalStreams {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream & { readonly columns: number; readonly rows: number };
  readonly traits: TerminalTraits;
}

/** Something that stands on the screen; `detach` takes it away. */
export type Widget = Widgets.BoxElement;

const require = createRequire(import.meta.url);

/**
 * The full screen of a terminal, drawn by blessed, which keeps a copy and sends only the cells that changed. It takes
 * the alternate screen, hides the cursor and switches the input to raw mode until `close`.
 *
 * Mouse reporting stays off, so that text can still be selected and copied.
 */
export class TerminalScreen {
  readonly glyphs: Glyphs;
  readonly paint: Paint;
  private readonly screen: Widgets.Screen;
  private closed = false;

  constructor(private readonly streams: TerminalStreams) {
    const { input, output, traits } = streams;
    this.glyphs = GLYPHS[traits.glyphs];
    this.paint = createPaint(traits.colors);
    this.screen = blessed.screen({
      // The descriptions that come with blessed: those of the system may be in a format that it misreads.
      terminal: require.resolve(`blessed/usr/${traits.terminfo}`),
      forceUnicode: traits.glyphs !== 'ascii',
      // The typings have the directions of the two streams swapped.
      input: input as unknown as NodeJS.WritableStream,
      output: output as unknown as NodeJS.ReadableStream,
    } as Widgets.IScreenOptions);
    // With Unicode there is no need for the line drawing set of the VT100, and copied text keeps its borders.
    if (traits.glyphs !== 'ascii') Object.assign(this.screen.tput, { brokenACS: true });
    // A terminal that went away (a closed window, a lost SSH session) must not end the process from here.
    output.on('error', this.onOutputError);
  }

  get colors(): ColorDepth {
    return this.streams.traits.colors;
  }

  get columns(): number {
    return this.streams.output.columns;
  }

  get rows(): number {
    return this.streams.output.rows;
  }

  /** Adds a panel of text without a border, or with one and a label on it. */
  addText(place: Rect, lines: readonly string[], label?: string): Widget {
    return this.add(blessed.box(this.boxOptions(place, label)), lines);
  }

  /** What a widget at `place` is to be made with. */
  boxOptions(place: Rect, label?: string): Widgets.BoxOptions {
    const border =
      label === undefined ? {} : { border: { type: 'line' } as const, label: ` ${this.glyphs.translate(label)} ` };
    return { ...place, ...border, wrap: false, tags: false };
  }

  /** Puts `widget` on the screen, on top of what is there. */
  add<W extends Widget>(widget: W, lines?: readonly string[]): W {
    if (lines) widget.setContent(lines.map((line) => this.glyphs.translate(line)).join('\n'));
    this.screen.append(widget);
    return widget;
  }

  /** Takes everything off the screen. */
  clear(): void {
    for (const child of [...this.screen.children]) child.destroy();
  }

  /** Calls back when one of `keys` is pressed. */
  onKey(keys: string[], callback: () => void): void {
    this.screen.key(keys, callback);
  }

  onResize(callback: () => void): void {
    this.screen.on('resize', callback);
  }

  /** Sends what changed. */
  draw(): void {
    if (!this.closed) this.screen.render();
  }

  /** Forgets what the terminal shows, so that the next `draw` sends every cell. */
  repaint(): void {
    if (!this.closed) this.screen.realloc();
  }

  /** Sends `sequence` as it is, after what was drawn before. It must leave the colours as it found them. */
  write(sequence: string): void {
    if (this.closed) return;
    this.screen.program.flush();
    this.screen.program.write(sequence);
  }

  /**
   * Gives the terminal back: main screen, cursor, line mode. Everything is written at once, so it may be followed by
   * the end of the process. Harmless when called again.
   */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.screen.destroy();
  }

  private readonly onOutputError = (): void => this.close();
}
