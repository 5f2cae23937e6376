import { STATUS_CODES } from 'node:http';
import { connectionError, failure } from '../../shared/http/http-errors.js';
import type { StreamerError } from '../../shared/errors.js';
import type { RtspErrors } from '../../shared/rtsp/rtsp-errors.js';

/** The errors of a connection that plays `url`. */
export function playErrors(url: URL): RtspErrors {
  return {
    ofConnection: (error, wasPlaying) =>
      wasPlaying
        ? failure('SOURCE_FAILED', url, 'the server closed the connection.', error)
        : connectionError(error, url),
    ofTimeout: (what) => failure('SOURCE_TIMEOUT', url, what),
    ofViolation: (what, _wasPlaying, cause) => failure('SOURCE_BAD_ANSWER', url, what, cause),
  };
}

/** What is wrong with an answer to `method` whose status is not a success; without the reason of the server. */
export function playStatusError(method: string, status: number, url: URL): StreamerError {
  const words = `it answers ${method} with ${`${status} ${STATUS_CODES[status] ?? ''}`.trimEnd()}`;
  if (status === 401 || status === 403) {
    const hint =
      url.username === '' && url.password === ''
        ? 'it wants credentials; put `user:password@` before the host in its address.'
        : 'user or password are wrong, or may not see this.';
    return failure('SOURCE_DENIED', url, `${words}: ${hint}`);
  }
  return failure('SOURCE_BAD_ANSWER', url, `${words}; ${HINTS[status] ?? otherHint(status)}`);
}

const HINTS: Readonly<Record<number, string>> = {
  404: 'check the path, and that somebody publishes there.',
  453: 'it has no room for one more reader.',
  461: 'it does not send RTP over the RTSP connection; read it with ffmpeg+rtsp:// and ?transport=udp.',
};

function otherHint(status: number): string {
  if (status >= 500) return 'the server has a problem; see its log.';
  if (status < 400) return 'it sends us elsewhere, which is not followed; read the address that it means.';
  return 'see its log.';
}
