import { isStreamName } from '../../shared/stream-name.js';
import { parseCsv } from './csv-list.js';
import { findList } from './json-list.js';
import { jsonEntry } from './list-entry.js';
import type { ListEntry } from './list-entry.js';
import { listError } from './list-error.js';

/** The start of an address, or of the name before one. */
const ADDRESS = /^(?:[^\s=,;]{1,64}=)?[a-z][a-z0-9+.-]*:/i;

/**
 * The cameras of a file: JSON, CSV with a header line, or a plain list of one `[name=]URL` a line, where a line that begins
 * with # says nothing. Its own text tells which.
 *
 * @param where what the text is, for messages
 * @throws {StreamerError} CAMERA_LIST_INVALID
 */
export function parseListFile(
  text: string,
  options: { readonly listPath: string | null; readonly urlFields: readonly string[] },
  where: string,
): readonly ListEntry[] {
  const content = text.replace(/^\uFEFF/, '');
  if (/^\s*[[{]/.test(content)) {
    return findList(parseJson(content, where), options.listPath, options.urlFields, where).values.map(jsonEntry);
  }
  if (/^\s*</.test(content)) throw listError(`${where} is a web page or XML, not a list of cameras.`);
  const lines = content.split(/\r\n|\n|\r/).map((line) => line.trim());
  const said = lines.filter((line) => line !== '' && !line.startsWith('#'));
  if (said.length === 0) return [];
  if (ADDRESS.test(said[0] ?? '')) return said.map(lineEntry);
  return parseCsv(content, where).map(jsonEntry);
}

/**
 * What `text` holds. The message of the parser is not shown, since it quotes what came.
 *
 * @throws {StreamerError} CAMERA_LIST_INVALID
 */
export function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const what = text.trim() === '' ? 'is empty' : 'is no JSON';
    throw listError(`${where} ${what}; check what it is.`, cause);
  }
}

/** What stands before the first `=` is a name only when it has the form of one, as the labels of other commands. */
function lineEntry(line: string): ListEntry {
  const equals = line.indexOf('=');
  const name = line.slice(0, Math.max(0, equals));
  return isStreamName(name)
    ? { fields: null, url: line.slice(equals + 1), name }
    : { fields: null, url: line, name: null };
}
