import type { TLSSocket } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { tlsError } from '../../../client/tls-socket.js';

const PLACE = 'cam.example:8000';

/** What becomes of an error of that code; `isUnauthorized` where the certificate was seen and not believed. */
function mapped(code: string, isUnauthorized = false) {
  const socket = { authorizationError: isUnauthorized ? code : null } as unknown as TLSSocket;
  const cause = Object.assign(new Error('openssl says'), { code });
  const error = tlsError(cause, socket, PLACE);
  if (error) expect(error.cause).toBe(cause);
  return error && `${error.code}: ${error.message}`;
}

describe('tlsError', () => {
  it.each<readonly [string, string]>([
    ['CERT_HAS_EXPIRED', 'is out of date; renew it on the server'],
    ['CERT_NOT_YET_VALID', 'is not valid yet; compare the clocks of the two machines'],
    [
      'ERR_TLS_CERT_ALTNAME_INVALID',
      'is not for that host; connect by a name that it holds, or make one for this host',
    ],
    ...[
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      'SELF_SIGNED_CERT_IN_CHAIN',
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      'CERT_REVOKED',
    ].map(
      (code) =>
        [code, "no known authority vouches for; give the authority's, or the server's own, with --tls-ca"] as const,
    ),
  ])('says what is wrong with a certificate: %s', (code, reason) => {
    expect(mapped(code, true)).toBe(`UNTRUSTED_CERTIFICATE: ${PLACE} shows a certificate that ${reason}.`);
  });

  it.each(['ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_PACKET_LENGTH_TOO_LONG'])('knows a plain port by %s', (code) => {
    expect(mapped(code)).toBe(
      `CONNECT_FAILED: ${PLACE} speaks no TLS: connect without --tls, or start the server with --tls-cert and --tls-key.`,
    );
  });

  it.each(['ECONNRESET', 'EPROTO', 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION'])(
    'takes %s for a failed handshake',
    (code) => {
      expect(mapped(code)).toBe(
        `CONNECT_FAILED: No TLS connection to ${PLACE} (${code}); is that the server's port, and does it use TLS?`,
      );
    },
  );

  it.each(['ECONNREFUSED', 'ENOTFOUND', 'EHOSTUNREACH'])('leaves %s, which is about the network, to others', (code) => {
    expect(mapped(code)).toBeNull();
  });
});
