/** Codecs that are sent over RTSP. */
export const VIDEO_CODECS = ['h264', 'h265', 'mjpeg'] as const;
export type VideoCodec = (typeof VIDEO_CODECS)[number];

/** Ticks a second of RTP timestamps of video (RFC 6184, section 8.2.1; RFC 7798; RFC 2435), and of MPEG-TS. */
export const TICKS_PER_SECOND = 90_000;

/** One coded picture: an access unit of H.264 or H.265, or a JPEG. */
export interface CodedPicture {
  readonly codec: VideoCodec;
  /** NAL units without start codes, in order, access unit delimiters left out; of MJPEG the one JPEG. */
  readonly units: readonly Buffer[];
  /** Whether decoding can begin here: IDR or IRAP, with its parameter sets before it; every JPEG. */
  readonly isKey: boolean;
  /** When it is shown, in ticks of 1/90000 s since any origin; does not wrap. */
  readonly ptsTicks: number;
  /** When it is decoded; equal to `ptsTicks` where nothing is reordered. */
  readonly dtsTicks: number;
  /** When it was captured, in microseconds since the epoch. */
  readonly captureTimeUs: number;
}

/** What a stream of coded pictures is, as SDP has to say it before the first one is sent. */
export interface VideoFormat {
  readonly codec: VideoCodec;
  /** Parameter sets of H.264 (SPS, PPS) or H.265 (VPS, SPS, PPS), without start codes; none of MJPEG. */
  readonly parameterSets: readonly Buffer[];
}

/**
 * A coded picture cut for RTP, made once and sent to any number of sessions: each element is the payload of a packet, to
 * be sent behind a header of the session's own; the marker bit is set on the last.
 */
export interface PacketizedPicture {
  readonly payloads: readonly Buffer[];
  readonly isKey: boolean;
  readonly ptsTicks: number;
  readonly captureTimeUs: number;
  /** Sum of the payloads. */
  readonly lengthBytes: number;
}
