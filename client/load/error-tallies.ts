import type { StreamerError } from '../../shared/errors.js';
import type { ErrorTally } from '../report/run-report-schema.js';

/** Codes told apart; there are fewer than this that a connection can meet. */
const MAX_CODES = 32;

/** Counts errors by their code, with what was said last. */
export class ErrorTallies {
  private readonly tallies = new Map<string, { message: string; count: number }>();

  add({ code, message }: Pick<StreamerError, 'code' | 'message'>, count = 1): void {
    this.merge([{ code, message, count }]);
  }

  /** Adds tallies of others. */
  merge(others: readonly ErrorTally[]): void {
    for (const { code, message, count } of others) {
      const tally = this.tallies.get(code);
      if (tally) {
        tally.message = message;
        tally.count += count;
      } else if (this.tallies.size < MAX_CODES) this.tallies.set(code, { message, count });
    }
  }

  list(): ErrorTally[] {
    return [...this.tallies].map(([code, tally]) => ({ code, ...tally }));
  }

  clear(): void {
    this.tallies.clear();
  }
}
