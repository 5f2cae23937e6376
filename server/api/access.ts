import { hostname } from 'node:os';
import type { Role } from '../../shared/api/server-schema.js';
import { StreamerError } from '../../shared/errors.js';
import type { ServerConfig } from '../config.js';
import { isLoopback } from '../exposure.js';
import { addressOf } from '../transports/attempt-limit.js';
import { TooManyAttemptsError } from '../transports/token.js';
import type { TokenCheck } from '../transports/token.js';
import { hostName, isLocalHost, isSameHost, namesOfMachine } from './host-header.js';
import { HttpError } from './http-error.js';

/** What matters here of the server's configuration. */
export type AccessConfig = Pick<ServerConfig, 'host' | 'token' | 'adminToken' | 'corsOrigins' | 'publicHosts'>;

/** What a request shows of who sends it. */
export interface Credentials {
  /** The header Authorization. */
  readonly authorization: string | undefined;
  /** `?token=`. */
  readonly queryToken: string | undefined;
  /** Address and port of the one who asks. */
  readonly peer: string;
  /** Whether a proxy passed the request on, so that the one who asks may be anywhere. */
  readonly isForwarded: boolean;
  /** Whether a browser may ask its user for the token. */
  readonly isAskable: boolean;
}

/** Where a request says that it goes, and which page it comes from. */
export interface RequestOrigin {
  /** The header Host, and what a trusted proxy says that it was. */
  readonly hosts: readonly string[];
  readonly origin: string | undefined;
}

const BEARER_CHALLENGE = 'Bearer realm="frame-streamer"';
const BASIC_CHALLENGE = 'Basic realm="frame-streamer", charset="UTF-8"';

/**
 * Who may do what over HTTP. A token comes as `Authorization: Bearer`, as the password of Basic with any user name, or as
 * `?token=` where no header can be set; the header counts first. Without any token a server that only its own machine can
 * reach takes those who come straight from it for admins; everybody else may view.
 */
export class Access {
  /** Whether those who come from this machine are admins, so that pages of other sites must be kept from using that. */
  readonly isOpenToMachine: boolean;
  /** Names that are taken in the header Host besides localhost and addresses; null where any is. */
  private readonly hostNames: ReadonlySet<string> | null;

  /** @param machineName what this machine calls itself */
  constructor(
    private readonly config: AccessConfig,
    private readonly checkToken: TokenCheck,
    machineName = hostname(),
  ) {
    this.isOpenToMachine = config.token === null && config.adminToken === null && isLoopback(config.host);
    this.hostNames = config.token === null ? ownNames(config, machineName) : null;
  }

  /**
   * What the one who asks may do; null when a token is needed and none was given.
   *
   * @throws {HttpError} BAD_TOKEN (401), or TOO_MANY_ATTEMPTS (429) with Retry-After.
   */
  roleOf(credentials: Credentials): Role | null {
    if (this.isOpenToMachine) return credentials.isForwarded ? 'view' : 'admin';
    const given = givenToken(credentials);
    const role = this.check(given, addressOf(credentials.peer));
    if (role === null && given !== undefined)
      throw unauthorized('The token is wrong. Give the one that the server was started with.', credentials.isAskable);
    return role;
  }

  /**
   * Refuses who may not do what needs `required`.
   *
   * @throws {HttpError} BAD_TOKEN (401) when a token is needed and none was given; FORBIDDEN (403).
   */
  refuseUnless(role: Role | null, required: Role, { isAskable }: Credentials): void {
    if (role === null) {
      const how = 'give it as Authorization: Bearer, as ?token=, or as the password of Basic';
      throw unauthorized(`A token is needed; ${how}.`, isAskable);
    }
    if (required === 'view' || role === 'admin') return;
    const missing = 'This server has no admin token, so nothing can be changed over HTTP; start it with --admin-token.';
    const needed = 'That needs the admin token; without it one may only view.';
    throw new StreamerError('FORBIDDEN', this.config.adminToken === null ? missing : needed);
  }

  /**
   * Refuses a page that reached a server without a token to view under a name of its own (DNS rebinding): to the browser
   * they are one site, and only the Host header shows it.
   *
   * @throws {StreamerError} HOST_FORBIDDEN
   */
  refuseHost(host: string | undefined): void {
    // HTTP/1.0 knows no such header, and no browser leaves it out.
    if (this.hostNames === null || host === undefined || isLocalHost(host)) return;
    if (this.hostNames.has(hostName(host))) return;
    const rule = 'A server without a token answers only as localhost, by its address and by its own names';
    const sentence = `${rule}, not as ${JSON.stringify(host)}; set --token, or name it with --public-host.`;
    throw new StreamerError('HOST_FORBIDDEN', sentence);
  }

  /**
   * Refuses what a page of another site asks for in the name of its visitor.
   *
   * @throws {StreamerError} FORBIDDEN
   */
  refuseOrigin({ hosts, origin }: RequestOrigin): void {
    if (origin === undefined || this.config.corsOrigins.includes(origin)) return;
    if (hosts.some((host) => isSameHost(host, origin))) return;
    const sentence = `Pages of ${JSON.stringify(origin)} may not use this server; allow it with --cors-origin.`;
    throw new StreamerError('FORBIDDEN', sentence);
  }

  private check(given: string | undefined, address: string): Role | null {
    try {
      return this.checkToken(given, address);
    } catch (error) {
      if (!(error instanceof TooManyAttemptsError)) throw error;
      const headers = { 'Retry-After': `${error.waitSeconds}` };
      throw new HttpError(error.code, error.message, { headers, cause: error });
    }
  }
}

/** Others can reach a server that does not listen on loopback, and find it by the names of its machine. */
function ownNames({ host, publicHosts }: AccessConfig, machineName: string): ReadonlySet<string> {
  return new Set([...publicHosts, ...(isLoopback(host) ? [] : [host.toLowerCase(), ...namesOfMachine(machineName)])]);
}

/** The token of a request; undefined when it gives none. */
export function givenToken({ authorization, queryToken }: Pick<Credentials, 'authorization' | 'queryToken'>) {
  const [, scheme = '', value = ''] = /^([a-z]+) +(.*)$/i.exec(authorization ?? '') ?? [];
  if (scheme.toLowerCase() === 'bearer') return utf8(value);
  if (scheme.toLowerCase() === 'basic') return passwordOf(value);
  return queryToken;
}

/** RFC 7617: base64 of `user:password`; what has no colon has no password. */
function passwordOf(base64: string): string {
  const text = Buffer.from(base64, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon === -1 ? '' : text.slice(colon + 1);
}

/** Node reads headers as Latin-1, and people write tokens in UTF-8. */
function utf8(header: string): string {
  return Buffer.from(header, 'latin1').toString('utf8');
}

/** A script gets no Basic challenge: the browser would ask in its own window, before the page could. */
function unauthorized(sentence: string, isAskable: boolean): HttpError {
  const challenges = isAskable ? [BEARER_CHALLENGE, BASIC_CHALLENGE] : [BEARER_CHALLENGE];
  return new HttpError('BAD_TOKEN', sentence, { headers: { 'WWW-Authenticate': challenges } });
}
