import { PassThrough } from 'node:stream';

/** Input of a fake terminal: keys are what is written to it. */
export class FakeKeyboard extends PassThrough {
  readonly isTTY = true;
  isRaw = false;

  setRawMode(isRaw: boolean): this {
    this.isRaw = isRaw;
    return this;
  }
}

/**
 * Output of a fake terminal. It understands what the dashboard's driver sends to an xterm (cursor addressing, cursor
 * right, clear) and keeps the cells, so that a test can read the screen; colours and modes are only in `sent`.
 */
export class FakeScreen extends PassThrough {
  readonly isTTY = true;
  sent = '';
  private cells: string[][] = [];
  private row = 0;
  private column = 0;

  constructor(
    public columns: number,
    public rows: number,
  ) {
    super();
    this.clear();
    this.on('data', (data: Buffer) => this.receive(data.toString()));
  }

  /** Lines on the screen, without trailing spaces. */
  get lines(): string[] {
    return this.cells.map((cells) => cells.join('').trimEnd());
  }

  get text(): string {
    return this.lines.join('\n');
  }

  /** Changes the size, as a terminal does when its window is dragged: it tells, and what it shows is undefined. */
  resize(columns: number, rows: number): void {
    this.columns = columns;
    this.rows = rows;
    this.cells = Array.from({ length: rows }, () => new Array<string>(columns).fill('?'));
    this.emit('resize');
  }

  private receive(text: string): void {
    this.sent += text;
    for (const [part, final, parameters] of tokens(text)) this.obey(part, final, parameters);
  }

  private obey(part: string, final: string, parameters: readonly number[]): void {
    const [first = 0, second = 0] = parameters;
    if (final === 'H') [this.row, this.column] = [Math.max(1, first) - 1, Math.max(1, second) - 1];
    else if (final === 'C') this.column += Math.max(1, first);
    else if (final === 'J') this.clear();
    else if (final === '') this.put(part);
  }

  private put(character: string): void {
    const cells = this.cells[this.row];
    if (!cells || this.column >= this.columns)
      throw new Error(`Written outside at ${this.row},${this.column}: ${character}`);
    cells[this.column] = character;
    this.column += 1;
  }

  private clear(): void {
    this.cells = Array.from({ length: this.rows }, () => new Array<string>(this.columns).fill(' '));
  }
}

/** Splits output into characters and sequences, each with its final character (empty for text) and its numbers. */
function* tokens(text: string): Generator<[part: string, final: string, parameters: number[]]> {
  // eslint-disable-next-line no-control-regex
  for (const match of text.matchAll(/\u001b\[([?>=]?)([\d;]*)([@-~])|\u001b[()].|\u001b[78=>]|[\u0000-\u001f]|./gsu)) {
    const [part, mark, numbers, final] = match;
    if (final !== undefined) yield [part, mark ? 'mode' : final, (numbers ?? '').split(';').map(Number)];
    else if (part.length > 1 || part < ' ') yield [part, 'other', []];
    else yield [part, '', []];
  }
}
