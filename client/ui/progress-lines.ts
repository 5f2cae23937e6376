import type { ProgressPage, ProgressView } from './progress.js';
import { safeText } from './text.js';

const LINE_EVERY_MS = 1000;

/** Prints what a run shows as a line a second, for pipes, logs and CI. */
export class ProgressLines implements ProgressView {
  private printedAtMs = -Infinity;
  private phase = '';
  private notice: string | null = null;

  /** @param print takes one line without its line break */
  constructor(private readonly print: (line: string) => void) {}

  render(page: ProgressPage): void {
    if (page.notice !== null && page.notice !== this.notice) this.print(safeText(page.notice));
    this.notice = page.notice;
    const isDue = page.phase !== this.phase || page.elapsedMs - this.printedAtMs >= LINE_EVERY_MS;
    if (!isDue) return;
    this.phase = page.phase;
    this.printedAtMs = page.elapsedMs;
    const seconds = `${(page.elapsedMs / 1000).toFixed(0)} s`.padStart(6);
    const figures = page.figures.map(({ label, value }) => `${label} ${value}`);
    this.print([seconds, ...[page.phase, ...figures].map(safeText)].join('  '));
  }

  say(sentence: string): void {
    this.print(safeText(sentence));
  }

  close(): void {
    // Lines stay where they are.
  }
}
