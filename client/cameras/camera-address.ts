import { redactUrl } from '../../shared/redact.js';
import type { TargetKind } from '../load/crowd.js';

const KIND_OF_SCHEME = {
  http: 'mjpeg',
  https: 'mjpeg',
  rtsp: 'rtsp',
  rtsps: 'rtsp',
  streamer: 'streamer',
  ws: 'websocket',
  wss: 'websocket',
} as const satisfies Readonly<Record<string, TargetKind>>;
const MAX_LENGTH = 2048;

/** How a camera is opened. */
export interface CameraAddress {
  readonly kind: TargetKind;
  readonly url: string;
  /** The address without its secrets. */
  readonly shownUrl: string;
}

/** The address in a list, or why it is none that is opened, in words that quote nothing of it but its scheme. */
export function parseCameraAddress(text: string): CameraAddress | string {
  const url = text.trim();
  if (url === '') return 'its address is empty';
  if (url.length > MAX_LENGTH) return `its address is longer than ${MAX_LENGTH} characters`;
  if (/[\p{Cc}\s]/u.test(url)) return 'its address has spaces or control characters';
  const scheme = /^([a-z][a-z0-9+.-]{0,30}):/i.exec(url)?.[1]?.toLowerCase();
  if (scheme === undefined) return 'its address has no scheme such as http://';
  if (!Object.hasOwn(KIND_OF_SCHEME, scheme)) return `addresses with ${scheme}: are not opened`;
  const hasHost = /^[^:]+:\/\/(?:[^/?#]*@)?[^/?#@]/.test(url);
  if (!hasHost || !URL.canParse(url)) return 'its address is broken; check host and port';
  const kind = KIND_OF_SCHEME[scheme as keyof typeof KIND_OF_SCHEME];
  return { kind, url, shownUrl: redactUrl(url) };
}
