import type { VideoCodec, VideoFormat } from './coded-video.js';
import { TICKS_PER_SECOND } from './coded-video.js';

/** What the one track is called behind the address of the stream. */
export const TRACK = 'trackID=0';

/** The static payload type of JPEG (RFC 3551, section 6), and the first of the dynamic ones. */
const PAYLOAD_TYPES: Readonly<Record<VideoCodec, number>> = { h264: 96, h265: 96, mjpeg: 26 };
const ENCODINGS: Readonly<Record<VideoCodec, string>> = { h264: 'H264', h265: 'H265', mjpeg: 'JPEG' };

/** RFC 6184, section 1.3, and RFC 7798, section 1.1.4. */
const H264_TYPES = { sps: 7, pps: 8 };
const H265_TYPES = { vps: 32, sps: 33, pps: 34 };

/** The payload type of RTP packets of a codec. */
export function payloadTypeOf(codec: VideoCodec): number {
  return PAYLOAD_TYPES[codec];
}

/**
 * Describes a stream of one track as ANNOUNCE sends it (RFC 4566; RFC 6184, section 8.2; RFC 7798, section 7.1).
 *
 * @param sessionId tells descriptions of different sessions apart; a whole number
 */
export function describeVideo(format: VideoFormat, sessionId: number): string {
  const type = payloadTypeOf(format.codec);
  const parameters = parametersOf(format);
  const lines = [
    'v=0',
    `o=- ${sessionId} 1 IN IP4 127.0.0.1`,
    's=frame-streamer',
    'c=IN IP4 0.0.0.0',
    't=0 0',
    `m=video 0 RTP/AVP ${type}`,
    `a=rtpmap:${type} ${ENCODINGS[format.codec]}/${TICKS_PER_SECOND}`,
    ...(parameters.length === 0 ? [] : [`a=fmtp:${type} ${parameters.join(';')}`]),
    `a=control:${TRACK}`,
  ];
  return `${lines.join('\r\n')}\r\n`;
}

function parametersOf({ codec, parameterSets }: VideoFormat): string[] {
  if (codec === 'h264') return h264Parameters(parameterSets);
  return codec === 'h265' ? h265Parameters(parameterSets) : [];
}

function h264Parameters(sets: readonly Buffer[]): string[] {
  const ofType = (type: number) => sets.filter((set) => ((set[0] ?? 0) & 0x1f) === type);
  const all = [...ofType(H264_TYPES.sps), ...ofType(H264_TYPES.pps)];
  const [sps] = ofType(H264_TYPES.sps);
  return [
    'packetization-mode=1',
    ...(sps && sps.length >= 4 ? [`profile-level-id=${sps.toString('hex', 1, 4).toUpperCase()}`] : []),
    ...(all.length > 0 ? [`sprop-parameter-sets=${base64(all)}`] : []),
  ];
}

function h265Parameters(sets: readonly Buffer[]): string[] {
  return Object.entries(H265_TYPES).flatMap(([name, type]) => {
    const ofType = sets.filter((set) => (((set[0] ?? 0) >> 1) & 0x3f) === type);
    return ofType.length === 0 ? [] : [`sprop-${name}=${base64(ofType)}`];
  });
}

function base64(sets: readonly Buffer[]): string {
  return sets.map((set) => set.toString('base64')).join(',');
}
