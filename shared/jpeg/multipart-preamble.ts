import { delimiterOf, isDashed } from './multipart-delimiter.js';
import { isHeaderLine } from './multipart-headers.js';

const LF = 0x0a;
const MAX_LINE_BYTES = 1024;

/**
 * Finds the first delimiter of a multipart stream, and so how this sender writes it. A sender may also use another
 * boundary than it declared: a line that could be a delimiter is one when a header follows it.
 */
export class MultipartPreamble {
  private found: string | null = null;
  private candidate: string | null = null;
  private seenBytes = 0;
  private isInLongLine = false;

  /** @param boundary as declared; null when it was not */
  constructor(private readonly boundary: string | null) {}

  /** The delimiter without its line end, once it was found. */
  get delimiter(): string | null {
    return this.found;
  }

  /**
   * Reads the line at `offset`. Returns the place behind it, or `offset` when its end has not come; with the delimiter
   * found, the place of the headers.
   */
  read(view: Buffer, offset: number): number {
    const lineEnd = view.indexOf(LF, offset + this.seenBytes);
    this.seenBytes = lineEnd === -1 ? view.length - offset : 0;
    const isLong = this.isInLongLine || (lineEnd === -1 ? view.length : lineEnd) - offset > MAX_LINE_BYTES;
    this.isInLongLine = isLong && lineEnd === -1;
    if (this.isInLongLine) {
      this.seenBytes = 0;
      return view.length;
    }
    if (lineEnd === -1) return offset;
    return this.take(isLong ? '' : view.toString('latin1', offset, lineEnd)) ? offset : lineEnd + 1;
  }

  /** Takes a line; returns whether it is a header, and so to be read again. */
  private take(line: string): boolean {
    if (this.candidate !== null && isHeaderLine(line)) {
      this.found = this.candidate;
      return true;
    }
    this.found = delimiterOf(line, this.boundary);
    this.candidate = isDashed(line) ? line.trimEnd() : null;
    return false;
  }
}
