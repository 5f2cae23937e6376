import { redactUrl } from '../../shared/redact.js';
import { INPUT_TIMEOUT_US, QUICK_START } from './live-input.js';
import type { LiveInput } from './live-input.js';
import type { RtspSpec } from './live-spec.js';

/** SRTP is what RTSPS over UDP carries. */
const PROTOCOLS = 'rtsp,rtsps,rtp,srtp,udp,tcp,tls,crypto';

/** Newer FFmpegs check certificates, and those of cameras are nearly always their own; older ones refuse the option. */
const ANY_CERTIFICATE = ['-tls_verify', '0'];

/**
 * A camera or server that speaks RTSP. Sound is not asked for, and certificates are not checked.
 *
 * @param timeoutOption what this FFmpeg calls the time-out, see `FfmpegVersion`
 * @param protocols what it may open
 */
export function rtspInput({ url, transport }: RtspSpec, timeoutOption: string, protocols = PROTOCOLS): LiveInput {
  const connection = ['-rtsp_transport', transport, timeoutOption, `${INPUT_TIMEOUT_US}`];
  const video = ['-allowed_media_types', 'video', ...QUICK_START];
  const inputOptions = ['-protocol_whitelist', protocols, ...connection, ...video];
  const input = { input: url, inputOptions, shownInput: redactUrl(url) };
  if (!/^rtsps:/i.test(url)) return input;
  return { ...input, inputOptions: [...ANY_CERTIFICATE, ...inputOptions], fallbackInputOptions: inputOptions };
}
