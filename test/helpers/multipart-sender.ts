/** How a sender writes a multipart stream; none but `delimiter` has to be told. */
export interface MultipartDialect {
  /** The line between parts, without its end. */
  readonly delimiter: string;
  readonly lineEnd?: '\r\n' | '\n';
  /** Whether each part says how long it is; default true. */
  readonly hasLengths?: boolean;
  /** What is added to the length that is said. */
  readonly lengthError?: number;
  /** Headers of every part, besides Content-Type and Content-Length; raw lines. */
  readonly headerLines?: readonly string[];
  readonly preamble?: string;
  /** What stands between a body and the next delimiter; default the line end. */
  readonly behindBody?: string;
  /** White space behind each delimiter. */
  readonly padding?: string;
  /** How it ends: with the last body, with a delimiter as before a part, or with the closing one. */
  readonly ending?: 'body' | 'delimiter' | 'closing';
}

/** The bytes of a multipart stream with these bodies. */
export function multipartOf(bodies: readonly Buffer[], dialect: MultipartDialect): Buffer {
  const { delimiter, lineEnd = '\r\n', preamble = '', padding = '', ending = 'closing' } = dialect;
  const behindBody = dialect.behindBody ?? lineEnd;
  const line = (text: string) => Buffer.from(`${text}${lineEnd}`, 'latin1');
  const pieces: Buffer[] = [Buffer.from(preamble, 'latin1')];
  for (const body of bodies) {
    pieces.push(line(delimiter + padding), ...headerLines(body, dialect).map(line), line(''), body);
    pieces.push(Buffer.from(behindBody, 'latin1'));
  }
  if (ending === 'body') pieces.pop();
  if (ending === 'delimiter') pieces.push(line(delimiter + padding));
  if (ending === 'closing') pieces.push(line(`${delimiter}--`));
  return Buffer.concat(pieces);
}

function headerLines(body: Buffer, { hasLengths = true, lengthError = 0, headerLines: more = [] }: MultipartDialect) {
  const length = hasLengths ? [`Content-Length: ${body.length + lengthError}`] : [];
  return ['Content-Type: image/jpeg', ...more, ...length];
}
