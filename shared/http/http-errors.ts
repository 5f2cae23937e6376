import { STATUS_CODES } from 'node:http';
import { StreamerError } from '../errors.js';
import { toPrintable } from '../protocol/printable.js';
import { redactUrl } from '../redact.js';

const MAX_SHOWN_LENGTH = 200;
const MAX_SHOWN_TYPE_LENGTH = 60;

/** Codes of Node's network errors, and what to tell about them. */
const NETWORK_ERRORS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'the host name is unknown; check its spelling and the DNS.',
  EAI_AGAIN: 'the host name cannot be looked up now; check the network and the DNS.',
  ECONNREFUSED: 'nothing listens there; check the port, and that what should answer is on.',
  EHOSTUNREACH: 'there is no route to the host; check the address and the network.',
  ENETUNREACH: 'there is no route to the network; check the address and the network.',
  ECONNRESET: 'the connection was closed before an answer came.',
  ETIMEDOUT: 'no connection came about in time; check that the host is on and reachable.',
};

const OWN_CA = 'put it into a PEM file and name that in the environment variable NODE_EXTRA_CA_CERTS.';

/** Not as a whole address, in which the log would hide the password. */
const WITH_CREDENTIALS =
  'put `user:password@` before the host in its address, or for a streamer-server the parameter `token` behind its path.';

/** Codes of certificates that are not trusted, and what can be done. */
const CERTIFICATE_ERRORS: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: `its TLS certificate is self-signed; to trust it, ${OWN_CA}`,
  SELF_SIGNED_CERT_IN_CHAIN: `its TLS certificate comes from an authority that is not known; to trust that, ${OWN_CA}`,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: `the issuer of its TLS certificate is not known; to trust it, ${OWN_CA}`,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: `the issuer of its TLS certificate is not known; to trust it, ${OWN_CA}`,
  CERT_HAS_EXPIRED: 'its TLS certificate has expired; renew it, or set the clocks of both machines.',
  CERT_NOT_YET_VALID: 'its TLS certificate is not valid yet; set the clocks of both machines.',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its TLS certificate is for another host name; use the name that is in it.',
};

/** `url` for messages: without its secrets, on one line, and not too long. */
export function shownUrl(url: URL | string): string {
  const text = toPrintable(redactUrl(String(url)));
  return text.length > MAX_SHOWN_LENGTH ? `${text.slice(0, MAX_SHOWN_LENGTH)}…` : text;
}

/**
 * Why no answer came from `url`: SOURCE_UNREACHABLE, or SOURCE_BAD_ANSWER for one that is no HTTP. Messages of Node are
 * not shown, since names and texts of the peer are part of them. `error` is null when the connection just ended.
 */
export function connectionError(error: Error | null, url: URL): StreamerError {
  // The guard of sources, which resolves the host.
  if (error instanceof StreamerError) return error;
  const code = codeOf(error);
  const reason = NETWORK_ERRORS[code] ?? CERTIFICATE_ERRORS[code];
  if (reason === undefined && (code.startsWith('HPE_') || code.startsWith('ERR_HTTP') || code === 'ERR_INVALID_CHAR')) {
    return failure('SOURCE_BAD_ANSWER', url, 'what answers there is not HTTP; check the port.', error);
  }
  return failure('SOURCE_UNREACHABLE', url, reason ?? otherReason(code, error), error);
}

/** What is wrong with an answer whose status is not a success. `hadUser`: the URL holds a user. */
export function statusError(status: number, url: URL, hadUser: boolean): StreamerError {
  const hadCredentials = hadUser || url.searchParams.has('token');
  const words = `it answers ${status} ${STATUS_CODES[status] ?? ''}`.trimEnd();
  if (status === 401 && hadCredentials) {
    return failure(
      'SOURCE_DENIED',
      url,
      `${words}: user, password or token are wrong, or it asks for them in an unknown way.`,
    );
  }
  if (status === 401) {
    return failure('SOURCE_DENIED', url, `${words}: it wants credentials; ${WITH_CREDENTIALS}`);
  }
  if (status === 403) {
    const hint = hadCredentials ? 'the user may not see this.' : `it may want credentials; ${WITH_CREDENTIALS}`;
    return failure('SOURCE_DENIED', url, `${words}: ${hint}`);
  }
  return failure('SOURCE_BAD_ANSWER', url, `${words}; ${otherHint(status)}`);
}

function otherHint(status: number): string {
  if (status < 500) return 'check the path.';
  const room = status === 503 ? ', or as many viewers as it allows (streamer-server: --max-clients)' : '';
  return `the server has a problem${room}.`;
}

/** The answer is no video; `contentType` is what it is instead. */
export function contentError(contentType: string | undefined, url: URL): StreamerError {
  const type = toPrintable((contentType ?? '').slice(0, MAX_SHOWN_TYPE_LENGTH));
  const what = /html/i.test(type) ? 'a web page' : 'something';
  const named = type === '' ? what : `${what} (${type})`;
  return failure('SOURCE_BAD_ANSWER', url, `it answers with ${named} that is no video; check the path.`);
}

/** An error of a source that tells its URL, without secrets, and what is wrong. */
export function failure(
  code: 'SOURCE_UNREACHABLE' | 'SOURCE_TIMEOUT' | 'SOURCE_DENIED' | 'SOURCE_BAD_ANSWER' | 'SOURCE_FAILED',
  url: URL,
  message: string,
  cause?: unknown,
): StreamerError {
  return new StreamerError(code, `${shownUrl(url)}: ${message}`, cause == null ? undefined : { cause });
}

function codeOf(error: Error | null): string {
  const code = error && 'code' in error ? error.code : null;
  return typeof code === 'string' ? code : '';
}

function otherReason(code: string, error: Error | null): string {
  if (error === null) return 'the connection was closed before an answer came.';
  if (code.startsWith('ERR_SSL') || code === 'EPROTO') return 'the TLS handshake failed; check the port and https.';
  return `no connection (${code || error.name}).`;
}
