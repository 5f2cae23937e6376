import type { ApiPublishing } from '../../../../shared/api/publishing-schema.js';
import type { StreamStatistics } from '../../../../shared/api/stats-schema.js';
import { formatBytes } from '../../../../shared/units.js';
import { countText } from './texts.js';

const CODECS = { h264: 'H.264', h265: 'H.265', mjpeg: 'Motion JPEG' } as const;
const WAITING = 'Waiting for a picture';
const STATES = { connecting: 'Connecting', publishing: 'Published', waiting: WAITING, stopped: 'Ended' } as const;

/** How a stream is published in a few words: `Published · H.264, as the source coded it`. */
export function publishingText(rtsp: ApiPublishing): string {
  const state = rtsp.state === 'waiting' && rtsp.error !== null ? 'Not published' : STATES[rtsp.state];
  if (rtsp.codec === null) return state;
  const how = howText(rtsp);
  return `${state} · ${CODECS[rtsp.codec]}${how === null ? '' : `, ${how}`}`;
}

/** What was sent: `1,234 frames, 5 MB, 3 dropped, 1 reconnect`. */
export function publishedText(counts: NonNullable<StreamStatistics['rtsp']>): string {
  const { framesSent, framesDropped, bytesSent, reconnects } = counts;
  const parts = [countText(framesSent, 'frame'), formatBytes(bytesSent)];
  if (framesDropped > 0) parts.push(`${framesDropped.toLocaleString('en')} dropped`);
  if (reconnects > 0) parts.push(countText(reconnects, 'reconnect'));
  return parts.join(', ');
}

function howText({ mode, encoder }: ApiPublishing): string | null {
  if (mode === 'copy') return 'as the source coded it';
  if (mode === 'mjpeg') return 'the JPEGs as they are';
  return encoder === null ? null : `encoded by ${encoder}`;
}
