import { fieldOf, isRecord, shownNames } from './field-path.js';
import { listError } from './list-error.js';

/** How deep, and in how many fields, an array of cameras is looked for. */
const MAX_DEPTH = 4;
const MAX_LOOKED_AT = 2000;

/** The array of cameras in an answer, and the way to it; empty for the answer itself. */
export interface FoundList {
  readonly path: string;
  readonly values: readonly unknown[];
}

/**
 * Finds the array of cameras in `document`: at `listPath`, or where it is the only array, or the only one whose entries
 * have one of `urlFields`.
 *
 * @param where what the document is, for messages
 * @throws {StreamerError} CAMERA_LIST_INVALID, which names the arrays there are.
 */
export function findList(
  document: unknown,
  listPath: string | null,
  urlFields: readonly string[],
  where: string,
): FoundList {
  if (listPath !== null) return listAt(document, listPath, where);
  if (Array.isArray(document)) return { path: '', values: document };
  if (!isRecord(document)) throw listError(`${where} holds neither an array nor an object, so no list of cameras.`);
  const arrays = arraysIn(document);
  const likely = arrays.filter(({ values }) => values.some((value) => isCamera(value, urlFields)));
  const [found, another] = likely.length > 0 ? likely : arrays;
  if (!found) throw listError(`${where} holds no array; its fields are ${shownNames(Object.keys(document))}.`);
  if (!another) return found;
  const paths = shownNames((likely.length > 0 ? likely : arrays).map(({ path }) => path));
  throw listError(`${where} holds several arrays: ${paths}; choose one with --list-path.`);
}

function listAt(document: unknown, listPath: string, where: string): FoundList {
  const values = fieldOf(document, listPath);
  if (Array.isArray(values)) return { path: listPath, values: values as unknown[] };
  const is = values === undefined ? 'is not there' : 'is no array';
  const fields = isRecord(document) ? `; the fields of the answer are ${shownNames(Object.keys(document))}` : '';
  throw listError(`${where}: ${shownNames([listPath])} of --list-path ${is}${fields}.`);
}

/** Breadth first, and not into arrays, so that the lists inside of a camera are none. */
function arraysIn(document: Readonly<Record<string, unknown>>): FoundList[] {
  const found: FoundList[] = [];
  let level: { path: string; value: Readonly<Record<string, unknown>> }[] = [{ path: '', value: document }];
  let left = MAX_LOOKED_AT;
  for (let depth = 0; depth < MAX_DEPTH && level.length > 0; depth += 1) {
    const below: typeof level = [];
    for (const { path, value } of level) {
      for (const name of Object.keys(value)) {
        if (--left < 0) return found;
        const field = value[name];
        const at = path === '' ? name : `${path}.${name}`;
        if (Array.isArray(field)) found.push({ path: at, values: field });
        else if (isRecord(field)) below.push({ path: at, value: field });
      }
    }
    level = below;
  }
  return found;
}

function isCamera(value: unknown, urlFields: readonly string[]): boolean {
  if (typeof value === 'string') return /^[a-z][a-z0-9+.-]*:\/\//i.test(value);
  return urlFields.some((field) => fieldOf(value, field) !== undefined);
}
