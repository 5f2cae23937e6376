import { closeSync, openSync, readSync } from 'node:fs';
import { type Document, LineCounter, type ParsedNode, type YAMLError, isMap, isScalar, parseDocument } from 'yaml';
import { StreamerError } from '../shared/errors.js';

/** One `key: value` of a configuration file; `line` counts from 1. */
export interface FileEntry {
  readonly key: string;
  readonly value: unknown;
  readonly line: number;
}

/** Far more than any configuration needs, and little enough to read without care. */
export const MAX_CONFIG_BYTES = 1024 * 1024;

const MAX_ALIASES = 100;

// Sentences of our own, because the library's messages quote the text, and that may be a token.
const SENTENCES = {
  BAD_ALIAS: 'there is an alias (*) without its anchor, or one too many; put quotes around the value if none is meant',
  BAD_DQ_ESCAPE: 'there is an unknown escape (\\) between double quotes; use single quotes',
  BAD_INDENT: 'the indentation is wrong, or a bracket before it is not closed',
  BAD_SCALAR_START: 'a value starts with a character that needs quotes around the value',
  BLOCK_AS_IMPLICIT_KEY: 'a colon or the indentation is wrong',
  MISSING_CHAR: 'a quote, bracket, comma or colon is missing',
  MULTIPLE_DOCS: 'a second document begins; there may be only one',
  NON_STRING_KEY: 'a key is not plain text',
  TAB_AS_INDENT: 'a tab is used to indent; use spaces',
  TAG_RESOLVE_FAILED: 'there is an unknown tag (!); put quotes around the value if none is meant',
} satisfies Partial<Record<YAMLError['code'], string>>;

/**
 * The text of a configuration file.
 *
 * @throws {StreamerError} BAD_CONFIG when it cannot be read, is longer than `MAX_CONFIG_BYTES` or is not UTF-8.
 */
export function readConfigFile(fileName: string): string {
  const bytes = readBounded(fileName);
  if (bytes.length > MAX_CONFIG_BYTES) {
    throw new StreamerError(
      'BAD_CONFIG',
      `${fileName} is longer than ${MAX_CONFIG_BYTES} bytes; is it the right file?`,
    );
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new StreamerError('BAD_CONFIG', `${fileName} is not a text file in UTF-8.`, { cause });
  }
}

/**
 * The entries of a configuration file in the order they stand; none of an empty file.
 *
 * @throws {StreamerError} BAD_CONFIG, with line and column, when `text` is not YAML or not a map of unlike keys.
 */
export function parseConfigFile(text: string, fileName: string): FileEntry[] {
  const lineCounter = new LineCounter();
  try {
    return entriesOf(text, lineCounter);
  } catch (thrown) {
    if (!(thrown instanceof Problem)) throw unreadable(fileName, thrown);
    const { line, col } = lineCounter.linePos(thrown.offset);
    throw new StreamerError('BAD_CONFIG', `${fileName} line ${line}, column ${col}: ${thrown.message}.`);
  }
}

/** What is wrong with the text, and where. */
class Problem extends Error {
  constructor(
    readonly offset: number,
    message: string,
  ) {
    super(message);
  }
}

function entriesOf(text: string, lineCounter: LineCounter): FileEntry[] {
  // The library would compare every key with every other; the set below does not.
  const document = parseDocument(text, { lineCounter, prettyErrors: false, stringKeys: true, uniqueKeys: false });
  const wrong = document.errors[0] ?? document.warnings[0];
  if (wrong) throw new Problem(wrong.pos[0], sentenceFor(wrong.code));
  const root = document.contents;
  if (root === null || (isScalar(root) && root.value === null)) return [];
  if (!isMap(root)) throw new Problem(root.range[0], 'there must be lines of the form `key: value`');

  const seen = new Set<string>();
  return root.items.map((pair) => {
    const { key, value } = pair;
    const offset = key.range[0];
    if (!isScalar(key) || typeof key.value !== 'string') throw new Problem(offset, 'a key is not plain text');
    if (seen.has(key.value)) throw new Problem(offset, `the key ${JSON.stringify(key.value)} appears twice`);
    seen.add(key.value);
    return { key: key.value, value: valueOf(value, document), line: lineCounter.linePos(offset).line };
  });
}

function sentenceFor(code: YAMLError['code']): string {
  return code in SENTENCES ? SENTENCES[code as keyof typeof SENTENCES] : 'this is not valid YAML';
}

function valueOf(value: ParsedNode | null, document: Document): unknown {
  try {
    return value?.toJS(document, { maxAliasCount: MAX_ALIASES }) ?? null;
  } catch (thrown) {
    if (!(thrown instanceof ReferenceError)) throw thrown;
    throw new Problem(value?.range[0] ?? 0, SENTENCES.BAD_ALIAS);
  }
}

/** The library follows nesting by calling itself and runs out of stack before the size limit is reached. */
function unreadable(fileName: string, thrown: unknown): unknown {
  if (!(thrown instanceof RangeError)) return thrown;
  return new StreamerError('BAD_CONFIG', `${fileName} is nested too deeply.`);
}

/** Reads one byte more than allowed at most, since the name may be a device without an end. */
function readBounded(fileName: string): Buffer {
  const buffer = Buffer.alloc(MAX_CONFIG_BYTES + 1);
  let length = 0;
  try {
    const fd = openSync(fileName, 'r');
    try {
      for (let read = -1; read !== 0 && length < buffer.length; length += read) {
        read = readSync(fd, buffer, length, buffer.length - length, null);
      }
    } finally {
      closeSync(fd);
    }
  } catch (cause) {
    throw new StreamerError('BAD_CONFIG', `The configuration file ${fileName} cannot be read${reasonOf(cause)}.`, {
      cause,
    });
  }
  return buffer.subarray(0, length);
}

function reasonOf(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (code === 'ENOENT') return ': it does not exist';
  if (code === 'EISDIR') return ': it is a folder';
  if (code === 'EACCES') return ': permission is denied';
  return '';
}
