import { createHash } from 'node:crypto';
import type { AuthChallenge } from './auth-challenge.js';

/** A user and a password, as the user of the product wrote them. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** Names of the algorithms in the header, in lower case, and Node's names of the hashes. */
const HASHES = new Map([
  ['md5', 'md5'],
  ['sha-256', 'sha256'],
  ['sha-512-256', 'sha512-256'],
]);
const DEFAULT_ALGORITHM = 'MD5';

/** Whether a challenge is one for Digest, complete, and of a kind that is known here. */
export function isDigestChallenge({ scheme, parameters }: AuthChallenge): boolean {
  const qop = parameters.get('qop');
  const isKnown = hashOf(parameters.get('algorithm') ?? DEFAULT_ALGORITHM) !== undefined;
  const offersAuth = qop === undefined || qop.split(',').some((each) => each.trim().toLowerCase() === 'auth');
  return scheme === 'digest' && isKnown && offersAuth && parameters.has('realm') && parameters.has('nonce');
}

/**
 * Answers one Digest challenge (RFC 7616, and RFC 2069 where the server offers no `qop`) for as many requests as the
 * server takes its nonce. Of the qualities of protection only `auth` is there: a GET has no body to protect.
 */
export class DigestAnswer {
  private readonly hash: string;
  private readonly algorithm: string;
  private readonly isSession: boolean;
  private count = 0;

  /**
   * @param challenge one that `isDigestChallenge` accepts
   * @param cnonce what the client adds to the hash, unpredictable, one for each challenge
   */
  constructor(
    private readonly challenge: AuthChallenge,
    private readonly credentials: Credentials,
    private readonly cnonce: string,
  ) {
    this.algorithm = challenge.parameters.get('algorithm') ?? DEFAULT_ALGORITHM;
    this.isSession = isSessionVariant(this.algorithm);
    this.hash = hashOf(this.algorithm) ?? 'md5';
  }

  get nonce(): string {
    return this.parameter('nonce');
  }

  /** Value of the `Authorization` header for the next request; `uri` is its path and query as they are sent. */
  header(method: string, uri: string): string {
    this.count += 1;
    const { cnonce, nonce } = this;
    const nc = this.count.toString(16).padStart(8, '0');
    const hasQop = this.challenge.parameters.has('qop');
    const protection = hasQop ? [nc, cnonce, 'auth'] : [];
    const response = this.hex([this.secret(), nonce, ...protection, this.hex([method, uri])]);
    const fields = [
      ...this.userFields(),
      `realm=${quoted(this.parameter('realm'))}`,
      `nonce=${quoted(nonce)}`,
      `uri=${quoted(uri)}`,
      `response="${response}"`,
    ];
    if (this.challenge.parameters.has('algorithm')) fields.push(`algorithm=${this.algorithm}`);
    if (hasQop) fields.push('qop=auth', `nc=${nc}`);
    if (hasQop || this.isSession) fields.push(`cnonce="${cnonce}"`);
    if (this.challenge.parameters.has('opaque')) fields.push(`opaque=${quoted(this.parameter('opaque'))}`);
    return `Digest ${fields.join(', ')}`;
  }

  /** H(A1) of the RFC. */
  private secret(): string {
    const { username, password } = this.credentials;
    const secret = this.hex([latin1(username), this.parameter('realm'), latin1(password)]);
    return this.isSession ? this.hex([secret, this.nonce, this.cnonce]) : secret;
  }

  private userFields(): string[] {
    const { username } = this.credentials;
    if (this.challenge.parameters.get('userhash')?.toLowerCase() === 'true') {
      return [`username="${this.hex([latin1(username), this.parameter('realm')])}"`, 'userhash=true'];
    }
    const isPlain = /^[\x20-\x7e]*$/.test(username);
    return [isPlain ? `username=${quoted(username)}` : `username*=UTF-8''${percentEncoded(username)}`];
  }

  private parameter(name: string): string {
    return this.challenge.parameters.get(name) ?? '';
  }

  /** Headers come from Node byte by byte, as Latin-1, and are hashed as the bytes they were. */
  private hex(parts: readonly string[]): string {
    return createHash(this.hash).update(parts.join(':'), 'latin1').digest('hex');
  }
}

function hashOf(algorithm: string): string | undefined {
  return HASHES.get(algorithm.toLowerCase().replace(/-sess$/, ''));
}

function isSessionVariant(algorithm: string): boolean {
  return algorithm.toLowerCase().endsWith('-sess');
}

/** The bytes of `text` in UTF-8, one character each. */
function latin1(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

/** Encoding of RFC 8187, whose safe characters are fewer than those of a URI. */
function percentEncoded(text: string): string {
  return encodeURIComponent(text).replace(/['()*]/g, (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`);
}
