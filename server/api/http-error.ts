import type { ErrorCode } from '../../shared/errors.js';
import { StreamerError } from '../../shared/errors.js';

/** Headers of an answer; a list is as many lines. */
export type HttpHeaders = Readonly<Record<string, string | string[]>>;

/** What an answer says beyond its problem document. */
export interface HttpErrorOptions {
  /** HTTP status, where it is not the one of the code. */
  readonly status?: number;
  readonly headers?: HttpHeaders;
  readonly cause?: unknown;
}

/** An error with more to say over HTTP than its code: a status of its own, or headers such as Retry-After. */
export class HttpError extends StreamerError {
  /** Null: the one of the code. */
  readonly status: number | null;
  readonly headers: HttpHeaders;

  constructor(code: ErrorCode, message: string, { status, headers = {}, cause }: HttpErrorOptions = {}) {
    super(code, message, cause === undefined ? undefined : { cause });
    this.status = status ?? null;
    this.headers = headers;
  }
}
