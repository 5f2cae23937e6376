import { toPrintable } from '../protocol/printable.js';
import { redactLiterally, redactText } from '../redact.js';

/** Lines that are kept for an error. */
const KEPT_LINES = 12;
const MAX_SHOWN_CHARS = 1000;
/** More of a line than is shown is kept until its end, so that no address loses the host that gives its password away. */
const MAX_KEPT_CHARS = 4 * MAX_SHOWN_CHARS;
const LINE_END = /\r\n|\r|\n/;

/** The part of FFmpeg that speaks, with its address: `[rtsp @ 0x55d0c8a4c2c0] `. */
const SPEAKER = /^(\[[^\]]* @ (?:0x)?[0-9a-f]+\](?: |$))+/;
/** What FFmpeg says last whatever happened: that it failed or ends, sums, progress. */
const SAYS_NOTHING =
  /^\s*$|^(Conversion failed|Exiting|Terminating|Last message repeated|\[q\]|Press \[q\]|frame=|size=|video:|Nothing was written|Output file is empty)/;

/**
 * What a child says on standard error, line by line: the last lines are kept, long ones cut, and secrets and characters
 * that a terminal would act upon are taken out, because a remote source has its say in it.
 */
export class ChildMessages {
  private readonly kept: string[] = [];
  private unfinished = '';
  private secrets: readonly string[] = [];

  /** @param onLine called for every line that is not empty */
  constructor(private readonly onLine?: (line: string) => void) {}

  /** Has `secrets` left out wherever a line has them. */
  hide(secrets: readonly string[]): void {
    this.secrets = secrets;
  }

  /** The last lines, oldest first. */
  get lines(): readonly string[] {
    return this.kept;
  }

  /** The last line that says why, without the name of the part that said it; null where there is none. */
  get reason(): string | null {
    const lines = this.kept.map((line) => line.replace(SPEAKER, ''));
    return lines.findLast((line) => !SAYS_NOTHING.test(line)) ?? null;
  }

  append(text: string): void {
    const pieces = text.split(LINE_END);
    for (const [index, piece] of pieces.entries()) {
      if (index > 0) this.finishLine();
      this.unfinished += piece.slice(0, MAX_KEPT_CHARS - this.unfinished.length);
    }
  }

  /** No more will come: what has no line end is a line too. */
  close(): void {
    this.finishLine();
  }

  private finishLine(): void {
    const shown = redactLiterally(redactText(this.unfinished), this.secrets);
    const line = toPrintable(shown.slice(0, MAX_SHOWN_CHARS)).trimEnd();
    this.unfinished = '';
    if (line === '') return;
    this.kept.push(line);
    if (this.kept.length > KEPT_LINES) this.kept.shift();
    this.onLine?.(line);
  }
}
