import type { ErrorCode } from '../../shared/errors.js';
import { StreamerError } from '../../shared/errors.js';

/** What an answer says beyond its problem document. */
export interface HttpErrorOptions {
  /** HTTP status, where it is not the one of the code. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

/** An error with more to say over HTTP than its code: a status of its own, or headers such as Retry-After. */
export class HttpError extends StreamerError {
  /** Null: the one of the code. */
  readonly status: number | null;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: ErrorCode, message: string, { status, headers = {}, cause }: HttpErrorOptions = {}) {
    super(code, message, cause === undefined ? undefined : { cause });
    this.status = status ?? null;
    this.headers = headers;
  }
}
