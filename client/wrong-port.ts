import { StreamerError } from '../shared/errors.js';

const HTTP_ANSWER = 'HTTP/';
/** The type of a record, and the first byte of its version (RFC 8446, section 5.1). */
const TLS_ALERT = [0x15, 0x03] as const;

/**
 * Who answers at `place`, as the first bytes of a connection over TCP show that our protocol cannot read; null where they
 * show nothing. Of the two ports of a server the wrong one is easily taken.
 */
export function strangerError(firstBytes: Buffer, place: string, cause: unknown): StreamerError | null {
  if (firstBytes.toString('latin1', 0, HTTP_ANSWER.length) === HTTP_ANSWER) {
    const what = `An HTTP server answers at ${place}; the TCP port of a streamer-server is 8000 by default.`;
    return new StreamerError('WRONG_PORT', what, { cause });
  }
  // What a TLS server that is not ours answers to a HELLO.
  if (TLS_ALERT.every((byte, index) => firstBytes[index] === byte)) {
    return new StreamerError('CONNECT_FAILED', `${place} speaks only TLS; connect with --tls.`, { cause });
  }
  return null;
}

/** Whoever answers at `place`, an address of ws:// or wss://, speaks no HTTP. */
export function noHttpError(place: string, cause: unknown): StreamerError {
  const what = `No HTTP server answers at ${place}; the HTTP port of a streamer-server is 8080 by default, and streamer:// goes to its TCP port.`;
  return new StreamerError('WRONG_PORT', what, { cause });
}
