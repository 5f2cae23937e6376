import { StreamerError } from '../../shared/errors.js';
import type { LoadTarget } from '../load/crowd.js';
import { parseLoadTargets } from '../load/load-target.js';

/** How a camera is opened. */
export type CameraAddress = Omit<LoadTarget, 'name'>;

/** Everything else, such as a file of this machine, is none of what a list may have opened. */
const SCHEMES: ReadonlySet<string> = new Set(['http', 'https', 'rtsp', 'rtsps', 'streamer', 'ws', 'wss']);
const MAX_LENGTH = 2048;

/** The address in a list, or why it is none that is opened, in words that quote nothing of it but its scheme. */
export function parseCameraAddress(text: string): CameraAddress | string {
  // What stands behind # is for our own command lines.
  const url = text.trim().replace(/#.*$/s, '');
  if (url === '') return 'its address is empty';
  if (url.length > MAX_LENGTH) return `its address is longer than ${MAX_LENGTH} characters`;
  if (/[\p{Cc}\s]/u.test(url)) return 'its address has spaces or control characters';
  const scheme = /^([a-z][a-z0-9+.-]{0,30}):/i.exec(url)?.[1]?.toLowerCase();
  if (scheme === undefined) return 'its address has no scheme such as http://';
  if (!SCHEMES.has(scheme)) return `addresses that begin with ${scheme}: are not opened`;
  if (scheme === 'rtsps') return 'rtsps:// is not read here, only rtsp://';
  try {
    const [target] = parseLoadTargets([url]);
    return target ? { kind: target.kind, url: target.url, shownUrl: target.shownUrl } : 'its address is none';
  } catch (error) {
    if (error instanceof StreamerError) return 'its address is broken, or of no kind of stream that is read';
    throw error;
  }
}
