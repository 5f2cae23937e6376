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

/** Something that can stand on the screen. */
export type Widget = Widgets.BoxElement;

interface Standing {
  readonly widget: Widget;
  readonly version: string;
  used: boolean;
}

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
  private readonly standing = new Map<string, Standing>();
  private isClosed = false;

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

  /** Whether the terminal was given back or went away; drawing is of no use any more. */
  get closed(): boolean {
    return this.isClosed;
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

  /** Begins a new picture: what is not asked for until `draw` will be gone. */
  begin(): void {
    for (const standing of this.standing.values()) standing.used = false;
  }

  /** Text at `place`, with a border and a label on it where there is one. */
  text(place: Rect, lines: readonly string[], label?: string): void {
    const widget = this.widget('text', place, String(label), () => blessed.box(this.boxOptions(place, label)));
    widget.setContent(lines.map((line) => this.glyphs.translate(line)).join('\n'));
  }

  /**
   * A widget at `place`. It is made when there is none of its kind and `version` yet; making all of them anew for every
   * picture would take longer than drawing them. A widget that needs to know its size waits for the event `attach`.
   */
  widget(kind: string, place: Rect, version: string, make: () => Widget): Widget {
    const key = [kind, place.left, place.top, place.width, place.height].join(' ');
    const standing = this.standing.get(key);
    if (standing?.version === version) {
      standing.used = true;
      return standing.widget;
    }
    standing?.widget.destroy();
    const widget = make();
    this.screen.append(widget);
    this.standing.set(key, { widget, version, used: true });
    return widget;
  }

  /** What a widget at `place` is to be made with. */
  boxOptions(place: Rect, label?: string): Widgets.BoxOptions {
    const border =
      label === undefined ? {} : { border: { type: 'line' } as const, label: ` ${this.glyphs.translate(label)} ` };
    return { ...place, ...border, screen: this.screen, wrap: false, tags: false };
  }

  /** Calls back when one of `keys` is pressed. */
  onKey(keys: string[], callback: () => void): void {
    this.screen.key(keys, callback);
  }

  onResize(callback: () => void): void {
    this.screen.on('resize', callback);
  }

  /** Takes away what was not asked for since `begin`, and sends the cells that changed. */
  draw(): void {
    if (this.isClosed) return;
    for (const [key, { widget, used }] of this.standing) {
      if (used) continue;
      widget.destroy();
      this.standing.delete(key);
    }
    this.screen.render();
  }

  /** Forgets what the terminal shows, so that the next `draw` sends every cell. */
  repaint(): void {
    if (!this.isClosed) this.screen.realloc();
  }

  /** Sends `sequence` as it is, after what was drawn before. It must leave the colours as it found them. */
  write(sequence: string): void {
    if (this.isClosed) return;
    this.screen.program.flush();
    this.screen.program.write(sequence);
  }

  /**
   * Gives the terminal back: main screen, cursor, line mode. Everything is written at once, so it may be followed by
   * the end of the process. Harmless when called again.
   */
  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.screen.destroy();
  }

  private readonly onOutputError = (): void => this.close();
}
