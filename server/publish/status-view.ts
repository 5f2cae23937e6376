import type { CancelTimer, Clock } from '../../shared/clock.js';
import type { TextOutput } from '../commands/surroundings.js';
import { reasonLines, summaryLine, tableLines } from './status-text.js';
import type { FleetSnapshot } from './status-text.js';

/** Shows how a fleet is, again and again. */
export interface StatusView {
  /** Begins to show it. */
  start(snapshot: () => FleetSnapshot): void;
  /** Takes lines of the log, each with its line feed. */
  write(lines: string): void;
  /** Shows it a last time and stays silent. */
  stop(): void;
}

const REDRAW_US = 1_000_000;
/** To the beginning of a line so many lines up, and everything from there on away. */
const backOver = (lines: number) => (lines === 0 ? '' : `\x1b[${lines}F\x1b[0J`);

/** A table at the bottom of a terminal, drawn anew in its place every second; the log scrolls by above it. */
export class TerminalStatus implements StatusView {
  private snapshot: (() => FleetSnapshot) | null = null;
  private drawn = 0;
  private cancelTimer: CancelTimer | null = null;

  constructor(
    private readonly output: TextOutput,
    private readonly clock: Clock,
  ) {}

  start(snapshot: () => FleetSnapshot): void {
    this.snapshot = snapshot;
    this.draw();
  }

  write(lines: string): void {
    this.output.write(`${backOver(this.drawn)}${lines}`);
    this.drawn = 0;
    if (this.snapshot) this.draw();
  }

  stop(): void {
    if (!this.snapshot) return;
    this.draw();
    this.cancelTimer?.();
    this.snapshot = null;
    this.drawn = 0;
  }

  private draw(): void {
    if (!this.snapshot) return;
    this.cancelTimer?.();
    const { columns, rows } = this.output;
    // What reaches the last line scrolls, and what is too wide wraps: then the way back would be another.
    const lines = tableLines(this.snapshot(), columns - 1, rows - 1);
    this.output.write(`${backOver(this.drawn)}${lines.join('\n')}\n`);
    this.drawn = lines.length;
    this.cancelTimer = this.clock.schedule(REDRAW_US, () => this.draw());
  }
}

/** A line now and then, with the reasons where streams are not healthy. */
export class PlainStatus implements StatusView {
  private snapshot: (() => FleetSnapshot) | null = null;
  private cancelTimer: CancelTimer | null = null;

  /** @param log where the lines of the log go */
  constructor(
    private readonly output: Pick<TextOutput, 'write'>,
    private readonly log: Pick<TextOutput, 'write'>,
    private readonly clock: Clock,
    private readonly intervalUs: number,
  ) {}

  start(snapshot: () => FleetSnapshot): void {
    this.snapshot = snapshot;
    this.plan();
  }

  write(lines: string): void {
    this.log.write(lines);
  }

  stop(): void {
    this.cancelTimer?.();
    this.print();
    this.snapshot = null;
  }

  private plan(): void {
    this.cancelTimer = this.clock.schedule(this.intervalUs, () => {
      this.print();
      this.plan();
    });
  }

  private print(): void {
    if (!this.snapshot) return;
    const snapshot = this.snapshot();
    const { notice } = snapshot.resources;
    const lines = [
      summaryLine(snapshot),
      ...(notice === null ? [] : [`  ${notice}`]),
      ...reasonLines(snapshot.members),
    ];
    this.output.write(`${lines.join('\n')}\n`);
  }
}
