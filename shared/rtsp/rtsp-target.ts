import { domainToASCII } from 'node:url';
import { credentialsOf } from '../auth/http-auth.js';
import type { Credentials } from '../auth/digest-auth.js';
import { StreamerError } from '../errors.js';
import { toPrintable } from '../protocol/printable.js';
import { redactUrl } from '../redact.js';

/** Where a stream is published, or played: the parts of its address. */
export interface RtspTarget {
  readonly host: string;
  readonly port: number;
  /** Whether the connection is one of TLS. */
  readonly isSecure: boolean;
  /** As requests name it: without credentials. */
  readonly requestUrl: string;
  readonly credentials: Credentials | null;
  /** The password in all the forms in which a server could send it back, the longest first. */
  readonly secrets: readonly string[];
  /** For messages and status: without secrets. */
  readonly shownUrl: string;
}

type RtspUse = 'publish to' | 'play';

/** RFC 2326, section 3.2; that of RTSP over TLS is registered with IANA. */
const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'rtsp:': 554, 'rtsps:': 322 };
const MAX_SHOWN_LENGTH = 200;
/** Scheme and host of an address with an @ behind its authority, and none in it. */
const STRAY_SIGN = /^([^/?#@:]*:\/\/[^/?#@:]*)(?::[^/?#@]*)?[/?#].*@/s;
/** What ends a host, or begins another part of an address. */
const NOT_IN_HOST = /[/\\?#@:%]/;

/**
 * Reads an address such as `rtsp://user:password@host:8554/path` or `rtsps://host/path`.
 *
 * @param use what it is for, in words for the error
 * @throws {StreamerError} BAD_USAGE for anything else.
 */
export function parseRtspTarget(text: string, use: RtspUse = 'publish to'): RtspTarget {
  const stray = STRAY_SIGN.exec(text.replace(/[\t\r\n]/g, ''));
  if (stray) throw straySign(stray[1] ?? '', use);
  const url = parse(text);
  const defaultPort = DEFAULT_PORTS[url?.protocol ?? ''];
  const host = url ? hostOf(url) : '';
  if (!url || defaultPort === undefined || host === '') throw badAddress(text, use);
  const port = url.port === '' ? defaultPort : Number(url.port);
  return {
    ...{ host, port, isSecure: url.protocol === 'rtsps:' },
    requestUrl: `${url.protocol}//${host.includes(':') ? `[${host}]` : host}:${port}${url.pathname}${url.search}`,
    ...secretsIn(url),
    shownUrl: shown(text),
  };
}

function secretsIn(url: URL): Pick<RtspTarget, 'credentials' | 'secrets'> {
  const credentials = credentialsOf(url);
  if (credentials === null) return { credentials, secrets: [] };
  const { username, password } = credentials;
  const bytes = Buffer.from(password, 'utf8').toString('latin1');
  const basic = Buffer.from(`${username}:${password}`, 'utf8').toString('base64');
  const forms = [password, bytes, url.password, encodeURIComponent(password), basic].filter((form) => form !== '');
  return { credentials, secrets: [...new Set(forms)].toSorted((a, b) => b.length - a.length) };
}

/** `URL` leaves names as they are in schemes that it does not know; '' for one that is none. */
function hostOf(url: URL): string {
  if (url.hostname.startsWith('[')) return url.hostname.slice(1, -1);
  try {
    const host = decodeURIComponent(url.hostname);
    // The rest of such a name would be dropped, and the credentials shown to another host.
    return NOT_IN_HOST.test(host) ? '' : domainToASCII(host);
  } catch {
    return '';
  }
}

function parse(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}

/** Of a password with a slash in it the user is taken for the host; what stands behind the colon is not shown. */
function straySign(start: string, use: RtspUse): StreamerError {
  const sentence = `"${shown(start)}…" is no address to ${use}: it has an @ behind its host.`;
  const advice = 'Percent-encode /, ?, # and @ in user, password and path, as %2F, %3F, %23 and %40.';
  return new StreamerError('BAD_USAGE', `${sentence} ${advice}`);
}

function shown(text: string): string {
  const safe = toPrintable(redactUrl(text));
  return safe.length > MAX_SHOWN_LENGTH ? `${safe.slice(0, MAX_SHOWN_LENGTH)}…` : safe;
}

function badAddress(text: string, use: RtspUse): StreamerError {
  const sentence = `"${shown(text)}" is no address to ${use}; write rtsp://host:8554/path or rtsps://host/path.`;
  return new StreamerError('BAD_USAGE', sentence);
}
