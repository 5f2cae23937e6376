import { StreamerError } from '../errors.js';

/**
 * What may wait at a client for a server to read it, in bytes. A client says little, so more shows a server that does not
 * read; one that asks on and on with PING and reads no answer would fill the client's memory.
 */
export const MAX_UNSENT_BYTES = 256 * 1024;

/** The end of a connection to `place`, a host and port or an address, where more than that waits. */
export function unreadError(place: string): StreamerError {
  const kibibytes = MAX_UNSENT_BYTES / 1024;
  const message = `${place} does not read what it is sent: more than ${kibibytes} KiB wait for it.`;
  return new StreamerError('CONNECTION_LOST', message);
}
