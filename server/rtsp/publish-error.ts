import { StreamerError } from '../../shared/errors.js';
import { toPrintable } from '../../shared/protocol/printable.js';
import { redactLiterally } from '../../shared/redact.js';
import type { RtspErrors } from '../../shared/rtsp/rtsp-errors.js';
import type { RtspResponse } from '../../shared/rtsp/rtsp-messages.js';
import type { RtspTarget } from '../../shared/rtsp/rtsp-target.js';

/** Codes of the errors of a publisher. */
export type PublishErrorCode =
  'PUBLISH_UNREACHABLE' | 'PUBLISH_DENIED' | 'PUBLISH_REFUSED' | 'PUBLISH_LOST' | 'UNTRUSTED_CERTIFICATE';

/** An error that says where, without secrets, and what. */
export function publishError(code: PublishErrorCode, target: RtspTarget, what: string, cause?: unknown): StreamerError {
  return new StreamerError(code, `${target.shownUrl}: ${what}`, cause == null ? undefined : { cause });
}

/** The errors of a connection that is to publish to `target`. */
export function publishErrors(target: RtspTarget): RtspErrors {
  return {
    ofConnection: (error, wasPublishing) => connectionError(error, target, wasPublishing),
    ofTimeout: (what, wasPublishing) =>
      publishError(wasPublishing ? 'PUBLISH_LOST' : 'PUBLISH_UNREACHABLE', target, what),
    ofViolation: (what, wasPublishing, cause) =>
      publishError(wasPublishing ? 'PUBLISH_LOST' : 'PUBLISH_REFUSED', target, what, cause),
  };
}

/** Why the connection did not come about, or broke; `error` is null where the server just closed it. */
export function connectionError(error: Error | null, target: RtspTarget, wasPublishing: boolean): StreamerError {
  const code = codeOf(error);
  if (!wasPublishing && (code in CERTIFICATE_ERRORS || code.includes('CERT') || code.startsWith('UNABLE_TO_'))) {
    const why = CERTIFICATE_ERRORS[code] ?? `no known authority vouches for; ${TRUST}`;
    return publishError('UNTRUSTED_CERTIFICATE', target, `it shows a TLS certificate that ${why}.`, error);
  }
  if (wasPublishing) {
    const how = code === '' || code === 'ECONNRESET' || code === 'EPIPE' ? '' : ` (${code})`;
    return publishError(
      'PUBLISH_LOST',
      target,
      `the server closed the connection${how}: it went down, or another publishes there now.`,
      error,
    );
  }
  const isTls = code.startsWith('ERR_SSL') || code === 'EPROTO';
  const reason = isTls ? 'the TLS handshake failed; check the port, and rtsps.' : (NETWORK_ERRORS[code] ?? other(code));
  return publishError('PUBLISH_UNREACHABLE', target, reason, error);
}

/** What is wrong with an answer to `method` whose status is not a success. */
export function statusError(method: string, response: RtspResponse, target: RtspTarget): StreamerError {
  const { status } = response;
  const words = `it answers ${method} with ${status}`;
  // Without the reason of the server, which is the likeliest place for what it was sent.
  if (status === 401 || status === 403) {
    const hint =
      target.credentials === null
        ? 'it wants credentials; put `user:password@` before the host in its address.'
        : 'user or password are wrong, or may not publish there.';
    return publishError('PUBLISH_DENIED', target, `${words}: ${hint}`);
  }
  const reason = toPrintable(redactLiterally(response.reason, target.secrets).slice(0, MAX_REASON_LENGTH));
  return publishError(
    'PUBLISH_REFUSED',
    target,
    `${`${words} ${reason}`.trimEnd()}; ${HINTS[status] ?? otherHint(status)}`,
  );
}

const MAX_REASON_LENGTH = 100;

/** Codes of Node's network errors, and what to tell about them. */
const NETWORK_ERRORS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'the host name is unknown; check its spelling and the DNS.',
  EAI_AGAIN: 'the host name cannot be looked up now; check the network and the DNS.',
  ECONNREFUSED: 'nothing listens there; check the port, and that the RTSP server runs.',
  EHOSTUNREACH: 'there is no route to the host; check the address and the network.',
  ENETUNREACH: 'there is no route to the network; check the address and the network.',
  ETIMEDOUT: 'no connection came about in time; check that the RTSP server is reachable.',
  ECONNRESET: 'the server closed the connection before it took the stream.',
};

const TRUST =
  'use a certificate from a known authority, or name its authority in the environment variable NODE_EXTRA_CA_CERTS';
const CERTIFICATE_ERRORS: Readonly<Record<string, string>> = {
  ERR_TLS_CERT_ALTNAME_INVALID: 'is for another host name; use a name that is in it',
  CERT_HAS_EXPIRED: 'is out of date; renew it on the server',
  CERT_NOT_YET_VALID: 'is not valid yet; compare the clocks of both machines',
  DEPTH_ZERO_SELF_SIGNED_CERT: `is self-signed; ${TRUST}`,
  SELF_SIGNED_CERT_IN_CHAIN: `comes from an unknown authority; ${TRUST}`,
};

const HINTS: Readonly<Record<number, string>> = {
  400: 'another may be publishing on that path, or the server does not allow the path; see its log.',
  404: 'it has no such path; check the path, and that the server lets it be published to.',
  405: 'it does not let anybody publish there.',
  415: 'it does not take that codec.',
  453: 'it has no room for one more stream.',
  461: 'it does not take RTP over the RTSP connection; allow TCP as its transport.',
  501: 'it does not let anybody publish.',
  503: 'it has no room for one more stream, or is not ready.',
};

function otherHint(status: number): string {
  if (status >= 500) return 'the server has a problem; see its log.';
  if (status < 400) return 'it sends us elsewhere, which is not followed; publish to the address that it means.';
  return 'see its log.';
}

function other(code: string): string {
  return code === '' ? 'the server closed the connection before it took the stream.' : `no connection (${code}).`;
}

function codeOf(error: Error | null): string {
  const code = error && 'code' in error ? error.code : null;
  return typeof code === 'string' ? code : '';
}
