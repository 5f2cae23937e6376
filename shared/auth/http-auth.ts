import { randomBytes } from 'node:crypto';
import { parseChallenges } from './auth-challenge.js';
import { DigestAnswer, isDigestChallenge } from './digest-auth.js';
import type { Credentials } from './digest-auth.js';

const CNONCE_BYTES = 16;

/** The credentials in a URL, percent-decoded; null where it holds none. */
export function credentialsOf(url: URL): Credentials | null {
  if (url.username === '' && url.password === '') return null;
  return { username: percentDecoded(url.username), password: percentDecoded(url.password) };
}

/**
 * Shows one server the credentials, as soon as and in the way in which it asks for them: by Digest where it takes that,
 * else by Basic. The way is kept for later requests, so that only the first one is refused.
 */
export class HttpAuth {
  private answer: DigestAnswer | 'basic' | null = null;

  constructor(
    private readonly credentials: Credentials,
    private readonly createCnonce = () => randomBytes(CNONCE_BYTES).toString('hex'),
  ) {}

  /** Value of the `Authorization` header; null before the server asked. `uri` is path and query as they are sent. */
  header(method: string, uri: string): string | null {
    if (this.answer === 'basic') return basicHeader(this.credentials);
    return this.answer?.header(method, uri) ?? null;
  }

  /**
   * Takes the `WWW-Authenticate` headers of a 401. Returns whether another request may succeed: not when the server
   * asks for what it just refused, since each wrong try brings a camera nearer to locking the user out.
   *
   * @param wasFresh whether the request that was refused answered a challenge of its own, not one of earlier requests
   */
  challenged(headers: readonly string[], wasFresh: boolean): boolean {
    const challenges = parseChallenges(headers);
    const digest = challenges.find(isDigestChallenge);
    if (digest) {
      const isStale = digest.parameters.get('stale')?.toLowerCase() === 'true';
      const isSame = this.answer instanceof DigestAnswer && this.answer.nonce === digest.parameters.get('nonce');
      if (wasFresh && (!isStale || isSame)) return this.giveUp();
      this.answer = new DigestAnswer(digest, this.credentials, this.createCnonce());
      return true;
    }
    const takesBasic = challenges.some(({ scheme }) => scheme === 'basic');
    if (!takesBasic || this.answer !== null) return this.giveUp();
    this.answer = 'basic';
    return true;
  }

  private giveUp(): false {
    this.answer = null;
    return false;
  }
}

/** RFC 7617. */
function basicHeader({ username, password }: Credentials): string {
  return `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}`;
}

/** A `%` that begins no code is meant as it stands, and so is a code that is none of UTF-8. */
function percentDecoded(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (codes) => {
    try {
      return decodeURIComponent(codes);
    } catch {
      return codes;
    }
  });
}
