import type { VideoCodec, VideoFormat } from './coded-video.js';
import { TICKS_PER_SECOND } from './coded-video.js';
import { nalKind } from './nal-units.js';

/** What the one track is called behind the address of the stream. */
export const TRACK = 'trackID=0';

/** The static payload type of JPEG (RFC 3551, section 6), and the first of the dynamic ones. */
const PAYLOAD_TYPES: Readonly<Record<VideoCodec, number>> = { h264: 96, h265: 96, mjpeg: 26 };
const ENCODINGS: Readonly<Record<VideoCodec, string>> = { h264: 'H264', h265: 'H265', mjpeg: 'JPEG' };

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
  const sps = sets.find((set) => nalKind('h264', set) === 'sps');
  return [
    'packetization-mode=1',
    ...(sps && sps.length >= 4 ? [`profile-level-id=${sps.toString('hex', 1, 4).toUpperCase()}`] : []),
    ...(sets.length > 0 ? [`sprop-parameter-sets=${base64(sets)}`] : []),
  ];
}

function h265Parameters(sets: readonly Buffer[]): string[] {
  return ['vps', 'sps', 'pps'].flatMap((kind) => {
    const ofKind = sets.filter((set) => nalKind('h265', set) === kind);
    return ofKind.length === 0 ? [] : [`sprop-${kind}=${base64(ofKind)}`];
  });
}

function base64(sets: readonly Buffer[]): string {
  return sets.map((set) => set.toString('base64')).join(',');
}
