import { toPrintable } from '../../shared/protocol/printable.js';

const WINDOW_MS = 1000;
const MAX_LINES = 20;
const MAX_LINE_LENGTH = 500;

/**
 * Keeps what a processor writes within bounds: so many lines a second, each on one line and not too long. The first
 * line of a later second says before itself how many were left out.
 */
export class LogBudget {
  private windowStartMs = Number.NEGATIVE_INFINITY;
  private written = 0;
  private leftOut = 0;

  /** @param nowMs a monotonic clock in milliseconds */
  constructor(
    private readonly write: (line: string) => void,
    private readonly nowMs: () => number,
  ) {}

  /** Writes `text`, line by line, as far as the budget goes. */
  log(text: string): void {
    for (const line of text.split('\n')) if (line.trim() !== '') this.logLine(line);
  }

  private logLine(line: string): void {
    const nowMs = this.nowMs();
    if (nowMs - this.windowStartMs >= WINDOW_MS) this.openWindow(nowMs);
    if (this.written >= MAX_LINES) {
      this.leftOut += 1;
      return;
    }
    this.written += 1;
    this.write(toPrintable(line.slice(0, MAX_LINE_LENGTH)).trimEnd());
  }

  private openWindow(nowMs: number): void {
    this.windowStartMs = nowMs;
    this.written = 0;
    if (this.leftOut > 0) this.write(`${this.leftOut} more lines were left out.`);
    this.leftOut = 0;
  }
}
