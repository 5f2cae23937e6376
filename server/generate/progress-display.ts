import type { Clock } from '../../shared/clock.js';
import { toPrintable } from '../../shared/protocol/printable.js';
import { formatElapsedMs } from '../../shared/units.js';

/** Where progress is shown. */
export interface ProgressOutput {
  readonly isTTY: boolean;
  readonly columns: number;
  write(text: string): void;
}

const BAR_CELLS = 24;
const REDRAW_US = 100_000;
/** In a log, a line now and then says that it goes on. */
const LINE_US = 10_000_000;
const CLEAR_LINE = '\r\u001b[K';

/** Shows how far the making of one video is: a bar that moves on a terminal, elsewhere a line every ten seconds. */
export class ProgressDisplay {
  private readonly startUs: number;
  private shownUs: number;
  private isBarShown = false;

  constructor(
    private readonly name: string,
    private readonly totalFrames: number,
    private readonly output: ProgressOutput,
    private readonly clock: Clock,
  ) {
    this.startUs = clock.nowUs();
    this.shownUs = this.startUs;
    if (output.isTTY) this.draw(0);
  }

  /** So many frames are done. */
  update(frames: number): void {
    const { isTTY } = this.output;
    if (this.clock.nowUs() - this.shownUs < (isTTY ? REDRAW_US : LINE_US)) return;
    this.shownUs = this.clock.nowUs();
    if (isTTY) this.draw(frames);
    else this.output.write(`${this.text(frames)}\n`);
  }

  /** Takes the bar away. */
  end(): void {
    if (this.isBarShown) this.output.write(CLEAR_LINE);
    this.isBarShown = false;
  }

  private draw(frames: number): void {
    const filled = Math.floor((BAR_CELLS * frames) / this.totalFrames);
    const bar = `[${'#'.repeat(filled)}${'-'.repeat(BAR_CELLS - filled)}]`;
    // A line that wraps cannot be drawn over.
    this.output.write(CLEAR_LINE + `${bar} ${this.text(frames)}`.slice(0, Math.max(1, this.output.columns - 1)));
    this.isBarShown = true;
  }

  private text(frames: number): string {
    const percent = Math.floor((100 * frames) / this.totalFrames);
    const elapsedMs = (this.clock.nowUs() - this.startUs) / 1000;
    const leftMs = frames === 0 ? null : (elapsedMs * (this.totalFrames - frames)) / frames;
    const left = leftMs === null ? '' : `, ${formatElapsedMs(Math.ceil(leftMs))} left`;
    return `${percent} % of ${toPrintable(this.name)}, frame ${frames} of ${this.totalFrames}${left}`;
  }
}
