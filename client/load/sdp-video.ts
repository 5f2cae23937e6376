/** How the packets of a track are looked into; of `other` codecs only their RTP headers are understood. */
export type RtpCodec = 'h264' | 'h265' | 'mjpeg' | 'other';

/** The first video track of a session description. */
export interface SdpVideo {
  readonly codec: RtpCodec;
  /** RTP payload type, 0 to 127. */
  readonly payloadType: number;
  /** Ticks of its RTP timestamps in a second. */
  readonly clockRate: number;
  /** Frames a second as it says, up to 1000; null where it does not. */
  readonly fps: number | null;
  /** Names the track in requests: an address, or what is to be put behind that of the stream. Null where it has none. */
  readonly control: string | null;
  /** The same of all tracks together. */
  readonly sessionControl: string | null;
  /** Such as `RTP/AVP`. */
  readonly transport: string;
}

const CODECS: Readonly<Record<string, RtpCodec>> = { H264: 'h264', H265: 'h265', JPEG: 'mjpeg' };
/** What announces more is mistaken: it would be waited for, and count as pictures that grow old. */
export const MAX_ANNOUNCED_FPS = 1000;
/** RFC 3551, section 6. */
const STATIC_JPEG = 26;
const DEFAULT_CLOCK_RATE = 90_000;
const VIDEO = /^m=video \d{1,5}(?:\/\d{1,5})? ([A-Za-z/]{1,20}) (\d{1,3})(?: |$)/;
const CONTROL = /^a=control:([!-~]{1,2048})$/;
const RATE = /^a=(?:x-)?framerate: ?(\d{1,4}(?:\.\d{1,6})?)$/i;

/** The first video track that `sdp` describes (RFC 8866; RFC 2326, appendix C); null where there is none. */
export function readSdpVideo(sdp: string): SdpVideo | null {
  const [session = [], ...media] = sections(sdp);
  for (const lines of media) {
    const [, transport, type] = VIDEO.exec(lines[0] ?? '') ?? [];
    const payloadType = Number(type);
    if (transport === undefined || !(payloadType <= 127)) continue;
    const fps = Number(valueOf(lines, RATE));
    return {
      ...encodingOf(lines, payloadType),
      payloadType,
      fps: fps > 0 && fps <= MAX_ANNOUNCED_FPS ? fps : null,
      control: valueOf(lines, CONTROL),
      sessionControl: valueOf(session, CONTROL),
      transport,
    };
  }
  return null;
}

/** Lines of the session, then those of each medium. */
function sections(sdp: string): string[][] {
  const found: string[][] = [[]];
  for (const line of sdp.split(/\r\n|\n|\r/)) {
    if (line.startsWith('m=')) found.push([]);
    found.at(-1)?.push(line.trimEnd());
  }
  return found;
}

function encodingOf(lines: readonly string[], payloadType: number): Pick<SdpVideo, 'codec' | 'clockRate'> {
  const map = new RegExp(`^a=rtpmap: ?${payloadType} ([^/\\s]{1,32})/(\\d{1,9})`);
  const [, name, rate] = lines.map((line) => map.exec(line)).find((match) => match !== null) ?? [];
  const usual = payloadType === STATIC_JPEG ? 'mjpeg' : 'other';
  const codec = name === undefined ? usual : (CODECS[name.toUpperCase()] ?? 'other');
  return { codec, clockRate: Math.max(1, Number(rate ?? DEFAULT_CLOCK_RATE)) };
}

function valueOf(lines: readonly string[], pattern: RegExp): string | null {
  for (const line of lines) {
    const value = pattern.exec(line)?.[1];
    if (value !== undefined) return value;
  }
  return null;
}
