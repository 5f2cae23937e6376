import type { StreamerError } from '../errors.js';

/**
 * Makes the errors that end an RTSP connection. Who publishes and who plays have codes and advice of their own; `what` is a
 * sentence without the address. `wasStreaming`: it broke off, and did not just fail to begin.
 */
export interface RtspErrors {
  /** It did not come about, or broke; `error` is null where the server just closed it. */
  ofConnection(error: Error | null, wasStreaming: boolean): StreamerError;
  /** An answer did not come in time. */
  ofTimeout(what: string, wasStreaming: boolean): StreamerError;
  /** What came is no RTSP, or more of it than is bearable. */
  ofViolation(what: string, wasStreaming: boolean, cause?: unknown): StreamerError;
}
