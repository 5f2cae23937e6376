import type { ApiPublishing } from '../../shared/api/publishing-schema.js';
import type { StreamStatistics } from '../../shared/api/stats-schema.js';
import { redactUsers } from '../../shared/redact.js';
import type { BridgeStatus } from '../rtsp/rtsp-bridge.js';

/** How a stream is published over RTSP, as everybody may see it: without who logs in at the server. */
export function publishingView(status: BridgeStatus): ApiPublishing {
  const { state, url, codec, mode, encoder, error } = status;
  return {
    ...{ state, url: redactUsers(url), codec, mode, encoder },
    ...publishingCounts(status),
    error: error && { code: error.code, message: redactUsers(error.message) },
  };
}

/** The counters of the same. */
export function publishingCounts(status: BridgeStatus): NonNullable<StreamStatistics['rtsp']> {
  const { framesSent, framesDropped, bytesSent, reconnects } = status;
  return { framesSent, framesDropped, bytesSent, reconnects };
}

/** The view of a stream as it would be if nothing was ever counted, so that each frame is no news. */
export function withoutCounts<T extends { readonly rtsp?: ApiPublishing | null }>(view: T): T {
  if (!view.rtsp) return view;
  return { ...view, rtsp: { ...view.rtsp, framesSent: 0, framesDropped: 0, bytesSent: 0 } };
}
