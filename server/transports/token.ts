import { createHash, timingSafeEqual } from 'node:crypto';
import type { Role } from '../../shared/api/server-schema.js';
import { StreamerError } from '../../shared/errors.js';
import type { AttemptLimit } from './attempt-limit.js';

/** What clients must know: to see something, and to change something. Null: there is no such token. */
export interface Tokens {
  readonly token: string | null;
  readonly adminToken: string | null;
}

/** Too many wrong tokens came from an address, which has to wait. */
export class TooManyAttemptsError extends StreamerError {
  constructor(
    address: string,
    readonly waitSeconds: number,
  ) {
    super('TOO_MANY_ATTEMPTS', `Too many wrong tokens came from ${address}; wait ${waitSeconds} s.`);
  }
}

/**
 * What the token that came from `address` allows; null when it is wrong, or missing where one is needed.
 *
 * @throws {TooManyAttemptsError} when the address tried too many wrong ones; the token is not looked at then.
 */
export type TokenCheck = (given: string | undefined, address: string) => Role | null;

/**
 * Compares tokens in constant time. All are hashed first, so that neither the time nor an exception tells how long a
 * right one is. A missing token is no attempt. Where there are no tokens, whatever is given allows to view; where there
 * is only one for admins, a wrong one is refused, since who gave it took it for that.
 */
export function createTokenCheck({ token, adminToken }: Tokens, attempts: AttemptLimit): TokenCheck {
  const isView = matcher(token);
  const isAdmin = matcher(adminToken);
  const fallback: Role | null = token === null ? 'view' : null;
  return (given, address) => {
    if (given === undefined || (token === null && adminToken === null)) return fallback;
    refuseWhileWaiting(attempts, address);
    // Both are compared always, so that the time does not tell which one was near.
    const [admin, view] = [isAdmin(given), isView(given)];
    if (admin || view) return admin ? 'admin' : 'view';
    attempts.fail(address, given);
    return null;
  };
}

function refuseWhileWaiting(attempts: AttemptLimit, address: string): void {
  const waitUs = attempts.waitUs(address);
  if (waitUs > 0) throw new TooManyAttemptsError(address, Math.ceil(waitUs / 1_000_000));
}

function matcher(token: string | null): (given: string) => boolean {
  if (token === null) return () => false;
  const expected = digest(token);
  return (given) => timingSafeEqual(digest(given), expected);
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest();
}
