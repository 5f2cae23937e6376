import { isIP } from 'node:net';
import type { OnReadOpts } from 'node:net';
import { connect } from 'node:tls';
import type { ConnectionOptions, TLSSocket } from 'node:tls';
import { StreamerError } from '../shared/errors.js';
import type { TlsTrust } from './tls-trust.js';

/** Where to connect, whom to trust, and where what comes is read into. */
export interface TlsConnectOptions {
  readonly host: string;
  readonly port: number;
  readonly trust: TlsTrust;
  readonly onread: OnReadOpts;
}

/** Begins to connect with TLS 1.2 or later; the server must prove that it is `host`. */
export function connectTls({ host, port, trust, onread }: TlsConnectOptions): TLSSocket {
  // Addresses have no place in the handshake (RFC 6066, section 3), but are looked for in the certificate all the same.
  const servername = isIP(host) === 0 ? host.replace(/\.$/, '') : '';
  const options: ConnectionOptions & { readonly onread: OnReadOpts } = {
    ...{ host, port, servername, onread, minVersion: 'TLSv1.2' },
    ...(trust.ca !== null && { ca: trust.ca }),
    // Said here, since an environment variable could say otherwise for the whole process.
    rejectUnauthorized: true,
  };
  return connect(options).setNoDelay(true).setKeepAlive(true);
}

/** What went wrong in a handshake, where it was about TLS; null where it was about the network. */
export function tlsError(error: NodeJS.ErrnoException, socket: TLSSocket, place: string): StreamerError | null {
  // Node notes there that the certificate was seen, and what is wrong with it.
  if (socket.authorizationError) return untrusted(error, place);
  const { code = '' } = error;
  const isNoTls = code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG';
  if (!isNoTls && !code.startsWith('ERR_SSL') && code !== 'ECONNRESET' && code !== 'EPROTO') return null;
  const sentence = isNoTls
    ? `${place} speaks no TLS: connect without --tls, or start the server with --tls-cert and --tls-key.`
    : `No TLS connection to ${place} (${code}); is that the server's port, and does it use TLS?`;
  return new StreamerError('CONNECT_FAILED', sentence, { cause: error });
}

function untrusted(error: NodeJS.ErrnoException, place: string): StreamerError {
  const sentence = `${place} shows a certificate that ${REASONS[error.code ?? ''] ?? GENERAL_REASON}.`;
  return new StreamerError('UNTRUSTED_CERTIFICATE', sentence, { cause: error });
}

const GENERAL_REASON = "no known authority vouches for; give the authority's, or the server's own, with --tls-ca";
const REASONS: Readonly<Record<string, string>> = {
  ERR_TLS_CERT_ALTNAME_INVALID: 'is not for that host; connect by a name that it holds, or make one for this host',
  CERT_HAS_EXPIRED: 'is out of date; renew it on the server',
  CERT_NOT_YET_VALID: 'is not valid yet; compare the clocks of the two machines',
};
