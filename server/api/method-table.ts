/** The methods that any route can have. */
export const SERVED_METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

interface Entry {
  readonly pattern: RegExp;
  readonly methods: Set<string>;
}

/** Which methods there are for a path, so that a wrong method is told apart from a wrong path. */
export class MethodTable {
  private readonly entries = new Map<string, Entry>();

  /** Notes a route; `url` may have parameters (`:id`) and end with `*`. */
  add(url: string, methods: string | readonly string[]): void {
    const entry = this.entries.get(url) ?? { pattern: patternOf(url), methods: new Set<string>() };
    for (const method of [methods].flat()) entry.methods.add(method);
    this.entries.set(url, entry);
  }

  /** The methods that `path` (without its query) can be asked with, in alphabetical order; none for a wrong path. */
  methodsOf(path: string): string[] {
    const methods = [...this.entries.values()].flatMap((entry) => (entry.pattern.test(path) ? [...entry.methods] : []));
    return [...new Set(methods)].sort();
  }
}

function patternOf(url: string): RegExp {
  const source = url
    .replace(/[.+?^${}()|[\]\\]/g, '\\$&')
    .replace(/:[A-Za-z0-9_]+/g, '[^/]+')
    .replace(/\*$/, '.*');
  return new RegExp(`^${source}$`);
}
