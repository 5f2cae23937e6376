/** One way in that a server offers in `WWW-Authenticate`. */
export interface AuthChallenge {
  /** In lower case: `basic`, `digest`, … */
  readonly scheme: string;
  /** Names in lower case; of a name that comes twice the first counts. */
  readonly parameters: ReadonlyMap<string, string>;
}

const TOKEN = /[!#$%&'*+.^_`|~0-9A-Za-z-]+/y;
const QUOTED = /"((?:[^"\\]|\\[^])*)"/y;
/** A value without quotes may hold more than a token in practice, such as the `=` and `/` of base64. */
const UNQUOTED = /[^\s,"]*/y;
const SPACE = /[ \t]*/y;
const SEPARATORS = /[ \t,]*/y;
const EQUALS = /[ \t]*=[ \t]*/y;

/**
 * Reads the challenges of all `WWW-Authenticate` headers of an answer (RFC 9110, section 11.6.1), several of which may
 * share one header. What cannot be read ends its header; what was read before it stays.
 */
export function parseChallenges(headers: readonly string[]): AuthChallenge[] {
  return headers.flatMap(parseHeader);
}

function parseHeader(header: string): AuthChallenge[] {
  const challenges: { scheme: string; parameters: Map<string, string> }[] = [];
  const cursor = new Cursor(header);
  for (;;) {
    cursor.take(SEPARATORS);
    const word = cursor.take(TOKEN)?.toLowerCase();
    if (word === undefined) return challenges;
    const current = challenges.at(-1);
    if (current === undefined || cursor.take(EQUALS) === null) {
      // A name with no `=` behind it begins the next challenge.
      cursor.take(SPACE);
      challenges.push({ scheme: word, parameters: new Map() });
      continue;
    }
    const value = cursor.takeQuoted() ?? cursor.take(UNQUOTED) ?? '';
    if (!current.parameters.has(word)) current.parameters.set(word, value);
  }
}

/** Reads a text from the left by sticky expressions. */
class Cursor {
  private position = 0;

  constructor(private readonly text: string) {}

  /** What `pattern` matches here, which is then behind; null where it does not match. */
  take(pattern: RegExp): string | null {
    return this.match(pattern)?.[0] ?? null;
  }

  takeQuoted(): string | null {
    return this.match(QUOTED)?.[1]?.replace(/\\([^])/g, '$1') ?? null;
  }

  private match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.position;
    const match = pattern.exec(this.text);
    if (match) this.position = pattern.lastIndex;
    return match;
  }
}
