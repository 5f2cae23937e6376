/** The parts of an OpenAPI document that are touched here. */
interface ApiDocument {
  readonly paths?: Readonly<Record<string, unknown>>;
  readonly components?: { readonly schemas?: Readonly<Record<string, unknown>> };
}

interface RequestBody {
  required: boolean;
  readonly content: Readonly<Record<string, { schema: { readonly anyOf?: readonly { readonly type?: string }[] } }>>;
}

const SCHEMA_REF = /"#\/components\/schemas\/([^"]+)"/g;
/** What schemas of requests are called, so that they do not clash with those of answers. */
const INPUT_ENDING = 'Input';

/** Puts the headers of answers, which the transform of the schemas leaves out, back where they belong. */
export function addAnswerHeaders(described: unknown, given: unknown): void {
  const targets = (described ?? {}) as Readonly<Record<string, { headers?: unknown }>>;
  const answers = (given ?? {}) as Readonly<Record<string, { readonly headers?: unknown }>>;
  for (const [status, { headers }] of Object.entries(answers)) {
    const target = targets[status];
    if (target && headers !== undefined) target.headers = headers;
  }
}

/**
 * Makes an OpenAPI document say what is: bodies that may be left out are not required, schemas that nothing uses are
 * not listed, and a schema of requests has its plain name where answers have none of that name.
 */
export function tidyDocument<T extends ApiDocument>(document: T): T {
  const tidy = structuredClone(document);
  for (const path of Object.values(tidy.paths ?? {})) {
    for (const { requestBody } of Object.values(path as Record<string, { requestBody?: RequestBody }>)) {
      if (requestBody) relaxBody(requestBody);
    }
  }
  return withUsedSchemas(tidy);
}

function relaxBody(body: RequestBody): void {
  for (const media of Object.values(body.content)) {
    const { anyOf } = media.schema;
    if (!anyOf?.some(({ type }) => type === 'null')) continue;
    body.required = false;
    media.schema = (anyOf.find(({ type }) => type !== 'null') ?? {}) as typeof media.schema;
  }
}

function withUsedSchemas<T extends ApiDocument>(document: T): T {
  const all = document.components?.schemas ?? {};
  const used = new Set<string>();
  const follow = (part: unknown) => {
    for (const [, name = ''] of JSON.stringify(part).matchAll(SCHEMA_REF)) {
      if (used.has(name)) continue;
      used.add(name);
      follow(all[name] ?? {});
    }
  };
  follow(document.paths ?? {});
  const plainName = (name: string) => {
    const plain = name.endsWith(INPUT_ENDING) ? name.slice(0, -INPUT_ENDING.length) : name;
    return used.has(plain) ? name : plain;
  };
  const schemas = Object.fromEntries([...used].sort().map((name) => [plainName(name), all[name]]));
  const kept = { ...document, components: { ...document.components, schemas } };
  const text = JSON.stringify(kept).replace(SCHEMA_REF, (_, name: string) => {
    return JSON.stringify(`#/components/schemas/${plainName(name)}`);
  });
  return JSON.parse(text) as T;
}
