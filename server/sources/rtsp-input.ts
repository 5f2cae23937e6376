import { redactUrl } from '../../shared/redact.js';
import { INPUT_TIMEOUT_US, QUICK_START } from './live-input.js';
import type { LiveInput } from './live-input.js';
import type { RtspSpec } from './live-spec.js';

/** SRTP is what RTSPS over UDP carries. */
const PROTOCOLS = 'rtsp,rtsps,rtp,srtp,udp,tcp,tls,crypto';

/**
 * A camera or server that speaks RTSP. Sound is not asked for. Certificates are not checked, as those of cameras are
 * nearly always their own.
 *
 * @param timeoutOption what this FFmpeg calls the time-out, see `FfmpegVersion`
 */
export function rtspInput({ url, transport }: RtspSpec, timeoutOption: string): LiveInput {
  const connection = ['-rtsp_transport', transport, timeoutOption, `${INPUT_TIMEOUT_US}`];
  const inputOptions = ['-protocol_whitelist', PROTOCOLS, ...connection, '-allowed_media_types', 'video'];
  return { input: url, inputOptions: [...inputOptions, ...QUICK_START], shownInput: redactUrl(url) };
}
