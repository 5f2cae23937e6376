const HEADER = /^([^\s:][^:]*?)\s*:(.*)$/s;

/**
 * The header lines of one part (RFC 5322, section 2.2). Names are in lower case, folded lines are joined by a space, the
 * first of several of one name counts, and lines that are no header are passed over. The caller bounds the lines.
 */
export class MultipartHeaders {
  private readonly byName = new Map<string, string>();
  private lastName: string | null = null;

  /** The headers so far. */
  get fields(): ReadonlyMap<string, string> {
    return this.byName;
  }

  /** Takes a line without its end, each byte a character (latin1). */
  add(line: string): void {
    if (/^[ \t]/.test(line)) this.unfold(line.trim());
    else this.begin(line);
  }

  private begin(line: string): void {
    const [, name, value = ''] = HEADER.exec(line) ?? [];
    const key = name?.toLowerCase() ?? null;
    this.lastName = key === null || this.byName.has(key) ? null : key;
    if (this.lastName !== null) this.byName.set(this.lastName, value.trim());
  }

  private unfold(more: string): void {
    if (this.lastName === null) return;
    const value = this.byName.get(this.lastName) ?? '';
    this.byName.set(this.lastName, `${value} ${more}`.trim());
  }
}

/** The Content-Length in bytes; null when there is none that is a whole number. */
export function contentLengthOf(headers: ReadonlyMap<string, string>): number | null {
  const value = headers.get('content-length') ?? '';
  return /^\d{1,15}$/.test(value) ? Number(value) : null;
}

/** Whether a line looks like a header, by its name. */
export function isHeaderLine(line: string): boolean {
  return /^[a-z][\w-]*\s*:/i.test(line);
}
