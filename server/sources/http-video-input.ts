import { VERSION } from '../../shared/package-info.js';
import { redactUrl } from '../../shared/redact.js';
import { INPUT_TIMEOUT_US, QUICK_START } from './live-input.js';
import type { LiveInput } from './live-input.js';

/** What a playlist names is loaded from the network, never from this machine's files. */
const PROTOCOLS = 'http,https,httpproxy,tcp,tls,crypto,hls,data';

/**
 * A video or an HLS playlist behind an http:// or https:// address. It is read at its own speed, since a file comes as
 * fast as the network is and the segments of HLS come in bursts. FFmpeg does not connect again by itself: we do.
 */
export function httpVideoInput(url: string, protocols = PROTOCOLS): LiveInput {
  const connection = ['-rw_timeout', `${INPUT_TIMEOUT_US}`, '-user_agent', `frame-streamer/${VERSION}`];
  const inputOptions = ['-protocol_whitelist', protocols, ...connection, '-re', ...QUICK_START];
  return { input: url, inputOptions, shownInput: redactUrl(url) };
}
