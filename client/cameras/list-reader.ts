import { open } from 'node:fs/promises';
import { StreamerError } from '../../shared/errors.js';
import type { Clock } from '../../shared/clock.js';
import type { Logger } from '../../shared/logger.js';
import { shownUrl } from '../../shared/http/http-errors.js';
import { toPrintable } from '../../shared/protocol/printable.js';
import { ApiClient } from './api-page.js';
import type { ApiPage } from './api-page.js';
import type { CameraListConfig } from './camera-list-options.js';
import { findList } from './json-list.js';
import { parseListFile } from './list-document.js';
import { jsonEntry } from './list-entry.js';
import type { ListEntry } from './list-entry.js';
import { listError } from './list-error.js';
import { nextPage, numberedPage } from './next-page.js';

const MAX_PAGES = 1000;
const MAX_ENTRIES = 100_000;
const MAX_LIST_BYTES = 64 * 1024 * 1024;

/** What reading a list takes from its surroundings. */
export interface ListParts {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Gives it up. */
  readonly signal: AbortSignal;
  /** Told after each page how many cameras there are so far. */
  readonly onProgress?: (cameras: number) => void;
}

/**
 * Reads all entries of a list, all pages of it.
 *
 * @param urlFields names that the field with the address may have, by which a list is recognised
 * @throws {StreamerError} SOURCE_… where it cannot be had, CAMERA_LIST_INVALID where it is none or has no end.
 */
export function readList(
  config: CameraListConfig,
  urlFields: readonly string[],
  parts: ListParts,
): Promise<readonly ListEntry[]> {
  const { source } = config;
  return source.kind === 'file'
    ? readFileList(source.path, config, urlFields)
    : new ApiList(new URL(source.url), config, urlFields, parts).read();
}

async function readFileList(
  path: string,
  { listPath }: CameraListConfig,
  urlFields: readonly string[],
): Promise<readonly ListEntry[]> {
  const where = `The list ${toPrintable(path)}`;
  const entries = parseListFile(await textOfFile(path, where), { listPath, urlFields }, where);
  if (entries.length > MAX_ENTRIES) throw listError(`${where} has more than ${MAX_ENTRIES} cameras.`);
  return entries;
}

/** Read up to the limit only, since a device or a pipe need not have an end. */
async function textOfFile(path: string, where: string): Promise<string> {
  const file = await open(path).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') throw new StreamerError('SOURCE_NOT_FOUND', `${where} does not exist.`, { cause });
    throw new StreamerError('SOURCE_UNREADABLE', `${where} cannot be read; check its permissions.`, { cause });
  });
  try {
    const chunks: Buffer[] = [];
    let lengthBytes = 0;
    for await (const chunk of file.createReadStream({ autoClose: false }) as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      lengthBytes += chunk.length;
      if (lengthBytes > MAX_LIST_BYTES) throw listError(`${where} is larger than 64 MiB.`);
    }
    return new TextDecoder().decode(Buffer.concat(chunks, lengthBytes));
  } catch (cause) {
    if (cause instanceof StreamerError) throw cause;
    throw new StreamerError('SOURCE_UNREADABLE', `${where} cannot be read; is it a file?`, { cause });
  } finally {
    await file.close();
  }
}

/** A list that comes page by page. */
class ApiList {
  private readonly client: ApiClient;
  private readonly entries: ListEntry[] = [];
  private readonly visited = new Set<string>();
  private lengthBytes = 0;
  private lastText = '';
  private listPath: string | null;

  constructor(
    private readonly first: URL,
    private readonly config: CameraListConfig,
    private readonly urlFields: readonly string[],
    private readonly parts: ListParts,
  ) {
    this.client = new ApiClient(first, config.headers, parts.clock);
    this.listPath = config.listPath;
  }

  async read(): Promise<readonly ListEntry[]> {
    for (let url: URL | null = this.first; url;) {
      this.visited.add(url.href);
      const page: ApiPage = await this.client.get(url, this.parts.signal);
      url = this.take(page, url);
      this.parts.onProgress?.(this.entries.length);
    }
    return this.entries;
  }

  /** Returns where the next page is; null behind the last one. */
  private take(page: ApiPage, url: URL): URL | null {
    this.lengthBytes += page.lengthBytes;
    const isRepeated = this.visited.size > 1 && page.text === this.lastText;
    this.lastText = page.text;
    if (isRepeated) return this.endsInLoop(`${shownUrl(url)} answers as the page before it`);
    const { path, values } = findList(page.document, this.listPath, this.urlFields, `The answer of ${shownUrl(url)}`);
    // Later pages need not have what tells the list apart, such as an empty one behind the last.
    if (path !== '') this.listPath = path;
    for (const value of values) this.entries.push(jsonEntry(value));
    if (this.entries.length > MAX_ENTRIES) throw this.tooLarge(`has more than ${MAX_ENTRIES} cameras`);
    if (this.lengthBytes > MAX_LIST_BYTES) throw this.tooLarge('is larger than 64 MiB');
    const next = this.next(page, values.length, url);
    if (next && this.visited.has(next.href)) return this.endsInLoop(`${shownUrl(url)} leads back to an earlier page`);
    if (next && this.visited.size >= MAX_PAGES) throw this.tooLarge(`has more than ${MAX_PAGES} pages`);
    return next;
  }

  private next({ document, link }: ApiPage, count: number, url: URL): URL | null {
    const { pageParam, pageSize } = this.config;
    if (pageParam !== null) return count < (pageSize ?? 1) ? null : numberedPage(url, pageParam);
    const next = nextPage(document, link, url);
    if (next.kind === 'odd') {
      throw listError(`${next.field} of ${shownUrl(url)} is no address of a next page; use --page-param.`);
    }
    return next.kind === 'url' ? next.url : null;
  }

  /** What came so far is the list: an API that leads around has nothing else to give. */
  private endsInLoop(what: string): null {
    this.parts.logger.warn(`the list of cameras ends there: ${what}`);
    return null;
  }

  private tooLarge(what: string): StreamerError {
    return listError(`The list of ${shownUrl(this.first)} ${what}; ask for fewer in its address.`);
  }
}
