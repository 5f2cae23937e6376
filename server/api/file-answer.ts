import type { FileHandle } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { parseByteRange } from './byte-range.js';
import type { ByteRange } from './byte-range.js';
import { HttpError } from './http-error.js';

/** An open file that is sent. */
export interface SentFile {
  readonly handle: FileHandle;
  readonly name: string;
  readonly mediaType: string;
  /** What lies behind these is not sent, even where it was written in the meantime. */
  readonly bytes: number;
  readonly modifiedMs: number;
}

/** Status, headers and body of an answer. */
export interface FileAnswer {
  readonly status: 200 | 206;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readable;
}

/**
 * Answers with a file, or the range of it that is asked for (RFC 9110, sections 13 and 14); takes over its handle, and
 * closes it whatever happens.
 *
 * @throws {HttpError} BAD_REQUEST with status 416 for a range that it does not have.
 */
export async function fileAnswer(
  file: SentFile,
  request: Pick<IncomingMessage, 'method' | 'headers'>,
): Promise<FileAnswer> {
  const { handle, name, mediaType, bytes, modifiedMs } = file;
  const range = rangeOf(file, request.headers);
  if (range === 'unsatisfiable') {
    await handle.close();
    throw unsatisfiable(bytes);
  }
  const { first, last } = range ?? { first: 0, last: bytes - 1 };
  const headers = {
    'Content-Type': mediaType,
    'Content-Length': `${last - first + 1}`,
    'Content-Disposition': `attachment; filename="${name}"`,
    'Accept-Ranges': 'bytes',
    'Cache-Control': 'private, no-cache',
    ETag: entityTag(file),
    'Last-Modified': new Date(modifiedMs).toUTCString(),
    ...(range && { 'Content-Range': `bytes ${first}-${last}/${bytes}` }),
  };
  const isWanted = request.method !== 'HEAD' && last >= first;
  if (!isWanted) await handle.close();
  const body = isWanted ? handle.createReadStream({ start: first, end: last }) : Readable.from([]);
  return { status: range ? 206 : 200, headers, body };
}

/** Strong, since whatever is written changes the size or the time. */
function entityTag({ bytes, modifiedMs }: SentFile): string {
  return `"${bytes.toString(16)}-${Math.round(modifiedMs * 1000).toString(16)}"`;
}

/**
 * With an `If-Range` that fits no more, the whole file: a part of the new one would not fit what was loaded of the old.
 * A date never fits, since it does not tell what was written within one second.
 */
function rangeOf(file: SentFile, headers: IncomingMessage['headers']): ByteRange | 'unsatisfiable' | null {
  const validator = headers['if-range'];
  const isSame = validator === undefined || validator === entityTag(file);
  return isSame ? parseByteRange(headers.range, file.bytes) : null;
}

function unsatisfiable(bytes: number): HttpError {
  const headers = { 'Content-Range': `bytes */${bytes}` };
  return new HttpError('BAD_REQUEST', `The file has ${bytes} bytes, and none in that range.`, { status: 416, headers });
}
