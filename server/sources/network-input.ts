import { redactUrl } from '../../shared/redact.js';
import { INPUT_TIMEOUT_US, QUICK_START } from './live-input.js';
import type { LiveInput } from './live-input.js';
import type { NetworkSpec } from './live-spec.js';

/** By scheme; nothing a stream says makes FFmpeg open anything else. */
const OPTIONS: Readonly<Record<string, readonly string[]>> = {
  srt: ['-protocol_whitelist', 'srt', '-connect_timeout', `${INPUT_TIMEOUT_US / 1000}`, ...timeout('rw_timeout')],
  // By default FFmpeg ends when it once reads too slowly.
  udp: ['-protocol_whitelist', 'udp', '-overrun_nonfatal', '1', ...timeout('timeout')],
  tcp: ['-protocol_whitelist', 'tcp', ...timeout('rw_timeout')],
};
/**
 * With the first table of programs of an MPEG-TS all is known; FFmpeg would go on looking for others until its time is
 * up. On another container it refuses the option, and then has to connect again.
 */
const ONE_TABLE = ['-scan_all_pmts', '0'];

/**
 * A stream over SRT, UDP or TCP, in whatever container FFmpeg makes out; options in the URL are FFmpeg's own. Over SRT
 * and UDP that is nearly always MPEG-TS; who sends over TCP may take no second connection.
 */
export function networkInput({ url }: NetworkSpec): LiveInput {
  const scheme = url.slice(0, url.indexOf(':')).toLowerCase();
  const inputOptions = [...(OPTIONS[scheme] ?? []), ...QUICK_START];
  const input = { input: url, inputOptions, shownInput: redactUrl(url) };
  if (scheme === 'tcp') return { ...input, keepsConnection: true };
  return { ...input, inputOptions: [...ONE_TABLE, ...inputOptions], fallbackInputOptions: inputOptions };
}

function timeout(option: string): readonly string[] {
  return [`-${option}`, `${INPUT_TIMEOUT_US}`];
}
