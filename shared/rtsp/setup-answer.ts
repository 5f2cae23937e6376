import type { RtspResponse } from './rtsp-messages.js';

/** A session as the server named it, and how long it keeps one that it hears nothing of. */
export interface RtspSession {
  readonly id: string;
  readonly timeoutS: number;
}

/** Where the packets of a track travel on the RTSP connection. */
export interface InterleavedChannels {
  readonly rtpChannel: number;
  readonly rtcpChannel: number;
}

/** RFC 2326, section 12.37. */
const DEFAULT_TIMEOUT_S = 60;
/** A server that hangs is found out, with the limit for an answer, within half a minute. */
const MAX_KEEPALIVE_S = 20;
const SESSION_ID = /^[!-:<-~]{1,256}$/;

/** The session in an answer to SETUP; null where there is none that can be sent back. */
export function sessionOf({ headers }: RtspResponse): RtspSession | null {
  const [id = '', ...parameters] = (headers.get('session')?.[0] ?? '').split(';').map((part) => part.trim());
  if (!SESSION_ID.test(id)) return null;
  const timeout = parameters.map((each) => /^timeout=(\d{1,6})$/i.exec(each)?.[1]).find(Boolean);
  return { id, timeoutS: Math.max(2, Number(timeout ?? DEFAULT_TIMEOUT_S)) };
}

/** How often a session has to be heard of, in microseconds. */
export function keepaliveUs({ timeoutS }: RtspSession): number {
  return Math.min(timeoutS / 2, MAX_KEEPALIVE_S) * 1e6;
}

/**
 * The channels in an answer to SETUP: 0 and 1, for which we ask, unless the server prefers others; null where it does not
 * take RTP over the RTSP connection.
 */
export function channelsOf({ headers }: RtspResponse): InterleavedChannels | null {
  const transport = headers.get('transport')?.[0] ?? '';
  const [, first, second] = /;\s*interleaved=(\d{1,9})(?:-(\d{1,9}))?(?:;|$)/i.exec(transport) ?? [];
  const rtpChannel = Number(first ?? 0);
  const rtcpChannel = Number(second ?? rtpChannel + 1);
  return rtpChannel <= 255 && rtcpChannel <= 255 && /TCP/i.test(transport) ? { rtpChannel, rtcpChannel } : null;
}
