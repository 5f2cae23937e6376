import { redactUrl } from '../../shared/redact.js';
import { INPUT_TIMEOUT_US, QUICK_START } from './live-input.js';
import type { LiveInput } from './live-input.js';
import type { NetworkSpec } from './live-spec.js';

/** By scheme; nothing a stream says makes FFmpeg open anything else. */
const OPTIONS: Readonly<Record<string, readonly string[]>> = {
  srt: ['-protocol_whitelist', 'srt', '-connect_timeout', `${INPUT_TIMEOUT_US / 1000}`],
  // By default FFmpeg ends when it once reads too slowly.
  udp: ['-protocol_whitelist', 'udp', '-overrun_nonfatal', '1'],
  tcp: ['-protocol_whitelist', 'tcp'],
};

/** A stream over SRT, UDP or TCP, in whatever container FFmpeg makes out; options in the URL are FFmpeg's own. */
export function networkInput({ url }: NetworkSpec): LiveInput {
  const scheme = url.slice(0, url.indexOf(':')).toLowerCase();
  const inputOptions = [...(OPTIONS[scheme] ?? []), '-rw_timeout', `${INPUT_TIMEOUT_US}`, ...QUICK_START];
  return { input: url, inputOptions, shownInput: redactUrl(url) };
}
