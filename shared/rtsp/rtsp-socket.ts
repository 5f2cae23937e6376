import { connect, isIP } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { RtspTarget } from './rtsp-target.js';
import { SharedLookup } from './shared-lookup.js';

/** Of all publishers of a process. */
const { lookup } = new SharedLookup();

/**
 * Begins to connect to a server; `onOpen` is called when requests can be sent. What goes wrong, a name that nobody knows
 * included, is told by the socket's `error`.
 *
 * @param tlsCheck whether the certificate must be a trusted one, where the connection is of TLS
 */
export function openRtspSocket({ host, port, isSecure }: RtspTarget, tlsCheck: boolean, onOpen: () => void): Socket {
  const socket = isSecure
    ? // Addresses have no place in the handshake (RFC 6066, section 3).
      connectTls({ host, port, lookup, servername: isIP(host) === 0 ? host : '', rejectUnauthorized: tlsCheck })
    : connect({ host, port, lookup });
  socket.once(isSecure ? 'secureConnect' : 'connect', onOpen);
  return socket.setNoDelay(true).setKeepAlive(true);
}
