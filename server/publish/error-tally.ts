import type { ErrorCode, StreamerError } from '../../shared/errors.js';

/** An error that happened once or more. */
export interface TalliedError {
  readonly code: ErrorCode;
  /** As it was said the last time. */
  readonly message: string;
  readonly count: number;
  /** Microseconds since the epoch. */
  readonly firstUs: number;
  readonly lastUs: number;
}

/** Errors counted by their code, so that an hour of the same one is one line. */
export class ErrorTally {
  private readonly byCode = new Map<ErrorCode, TalliedError>();

  add({ code, message }: StreamerError, nowUs: number): void {
    const before = this.byCode.get(code);
    const count = (before?.count ?? 0) + 1;
    this.byCode.set(code, { code, message, count, firstUs: before?.firstUs ?? nowUs, lastUs: nowUs });
  }

  get errors(): readonly TalliedError[] {
    return [...this.byCode.values()];
  }
}
