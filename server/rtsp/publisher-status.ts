import type { StreamerError } from '../../shared/errors.js';

/** What a publisher of an RTSP stream is doing: `waiting` is before the next attempt to connect. */
export const PUBLISHER_STATES = ['connecting', 'publishing', 'waiting', 'stopped'] as const;
export type PublisherState = (typeof PUBLISHER_STATES)[number];

/** How one RTSP stream is being published. */
export interface PublisherStatus {
  readonly state: PublisherState;
  /** Address without password. */
  readonly url: string;
  /** Why it is not publishing; null while it is, or before the first attempt. */
  readonly error: StreamerError | null;
  /** Pictures sent, and those left out because the server did not take them in time or was not connected. */
  readonly framesSent: number;
  readonly framesDropped: number;
  /** RTP payload bytes. */
  readonly bytesSent: number;
  /** How often the connection was made anew after the first one. */
  readonly reconnects: number;
  /** When the present state began, in microseconds since the epoch. */
  readonly sinceUs: number;
}
