/** Narrower than that nobody could read sentences. */
const MIN_COLUMNS = 40;

/**
 * `text` in lines of at most `columns` cells, broken at spaces; those after the first begin with `indent`. A word that is
 * longer than a line stays whole, so that addresses can be copied.
 */
export function wrapped(text: string, columns: number, indent: string): string[] {
  const most = Math.max(MIN_COLUMNS, columns);
  const [first = '', ...words] = text.split(/(?<=\S) /);
  const lines: string[] = [];
  let line = first;
  for (const word of words) {
    if (line.length + 1 + word.length <= most) {
      line += ` ${word}`;
      continue;
    }
    lines.push(line);
    line = indent + word;
  }
  return [...lines, line];
}
