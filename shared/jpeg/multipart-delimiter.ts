const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const TAB = 0x09;
const DASH = 0x2d;
/** White space that may stand behind a delimiter. */
const MAX_PADDING_BYTES = 256;

/**
 * What stands at a place: the delimiter before a part, the one that ends the stream, something else, or the beginning of
 * a delimiter whose rest has not come. `endOffset` is behind the whole line, or behind the last dash.
 */
export interface DelimiterMatch {
  readonly kind: 'open' | 'close' | 'none' | 'partial';
  readonly endOffset: number;
}

/** A match and the place of the line end before it; with kind `none`, where to look from when more has come. */
export interface DelimiterPlace extends DelimiterMatch {
  readonly lineEndOffset: number;
}

/** The line between two parts, exactly as this sender writes it. */
export class MultipartDelimiter {
  private readonly bytes: Buffer;
  private readonly lineEndAndBytes: Buffer;

  /** @param text the line without its end, each byte a character (latin1) */
  constructor(readonly text: string) {
    this.bytes = Buffer.from(text, 'latin1');
    this.lineEndAndBytes = Buffer.from(`\n${text}`, 'latin1');
  }

  /** What stands at `offset`: with a delimiter its text, then `--` or spaces and a line end. */
  match(view: Buffer, offset: number): DelimiterMatch {
    const seenBytes = Math.min(this.bytes.length, view.length - offset);
    const isAlike = this.bytes.compare(view, offset, offset + seenBytes, 0, seenBytes) === 0;
    if (!isAlike) return { kind: 'none', endOffset: offset };
    return lineRest(view, offset + this.bytes.length);
  }

  /** The first delimiter at the start of a line, from the line end at `offset` or behind it on. */
  find(view: Buffer, offset: number): DelimiterPlace {
    let at = view.indexOf(this.lineEndAndBytes, offset);
    while (at !== -1) {
      const match = this.match(view, at + 1);
      if (match.kind !== 'none') return { ...match, lineEndOffset: at };
      at = view.indexOf(this.lineEndAndBytes, at + 1);
    }
    const lineEndOffset = Math.max(offset, view.length - this.lineEndAndBytes.length + 1);
    return { kind: 'none', endOffset: lineEndOffset, lineEndOffset };
  }
}

/**
 * The delimiter that a line before the first part is, as text; null when it is none. The dashes are those of this
 * sender: many declare `--name` and then send `--name`, where `----name` would be right, and some send none.
 */
export function delimiterOf(line: string, boundary: string | null): string | null {
  const text = line.trimEnd();
  const name = withoutDashes(boundary ?? '');
  if (name === '') return isDashed(text) ? text : null;
  return withoutDashes(text) === name ? text : null;
}

/** Whether a line may be a delimiter of another name than the one that was declared. */
export function isDashed(line: string): boolean {
  return line.length > 2 && line.startsWith('--');
}

function withoutDashes(text: string): string {
  return text.replace(/^-+/, '');
}

/** What follows the text of a delimiter: anything but dashes or a line end makes it something else. */
function lineRest(view: Buffer, offset: number): DelimiterMatch {
  let at = offset;
  if (view[at] === DASH) {
    if (at + 1 >= view.length) return { kind: 'partial', endOffset: at };
    return { kind: view[at + 1] === DASH ? 'close' : 'none', endOffset: at + 2 };
  }
  while ((view[at] === SPACE || view[at] === TAB) && at - offset < MAX_PADDING_BYTES) at += 1;
  if (view[at] === CR) at += 1;
  if (at >= view.length) return { kind: 'partial', endOffset: at };
  return { kind: view[at] === LF ? 'open' : 'none', endOffset: at + 1 };
}
