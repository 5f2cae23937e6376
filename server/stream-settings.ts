import type { Policy } from '../shared/protocol/messages.js';
import type { ProcessorSpec } from './pipeline/processor-spec.js';
import type { WantedPicture } from './sources/encoding-choice.js';
import type { SourceSpec } from './sources/source-spec.js';

/** How one stream is recorded. */
export interface RecordSettings {
  readonly directory: string;
  /** `mkv` holds the JPEGs themselves; `mp4` is encoded as H.264. */
  readonly format: 'mkv' | 'mp4';
  /** A new file after so many seconds, or so many bytes; null sets no such limit. */
  readonly segmentSeconds: number | null;
  readonly segmentBytes: number | null;
  /** Files older than this, or more than so many bytes in all, are deleted, oldest first; null keeps all. */
  readonly keepSeconds: number | null;
  readonly keepBytes: number | null;
}

/**
 * What a stream is sent as over RTSP: `auto` copies H.264 and H.265 that nothing changes and encodes the rest as H.264,
 * `copy` encodes nothing; the last four are encoders in hardware.
 */
export const RTSP_CODECS = [
  'auto',
  'copy',
  'h264',
  'h265',
  'mjpeg',
  'h264_nvenc',
  'h264_qsv',
  'h264_vaapi',
  'h264_videotoolbox',
] as const;
export type RtspCodec = (typeof RTSP_CODECS)[number];

/** How one stream is published to an RTSP server. */
export interface RtspSettings {
  /** Address of the stream there, password included. */
  readonly url: string;
  readonly codec: RtspCodec;
  /** Where H.264 or H.265 is encoded. */
  readonly bitrateBps: number;
}

/** Everything that is asked of one stream: what the server's defaults and the stream's own settings amount to. */
export interface StreamSettings {
  readonly name: string;
  readonly source: SourceSpec;
  /** Added over HTTP: the source may only be where the guard of sources allows. */
  readonly isGuarded: boolean;
  /** Frames per second; null is the source's own rate. */
  readonly fps: number | null;
  /** Pixels; null follows from the other side and the aspect, or is the source's own. */
  readonly width: number | null;
  readonly height: number | null;
  /** JPEG quality, 1 to 100; null passes JPEG sources on as they are and encodes others with `DEFAULT_QUALITY`. */
  readonly quality: number | null;
  /** Whether a file begins again at its end. */
  readonly loop: boolean;
  /** `none`, `auto`, or the name of a method of FFmpeg. */
  readonly hwaccel: string;
  /** Frames kept for those who join late, 1 to 100. */
  readonly frameBuffer: number;
  /** For clients that ask for none. */
  readonly policy: Policy;
  /** Whether the source stops when nobody looks; otherwise it runs always. */
  readonly onDemand: boolean;
  /** How long a source goes on after its last viewer left. */
  readonly idleTimeoutMs: number;
  readonly processors: readonly ProcessorSpec[];
  readonly record: RecordSettings | null;
  readonly rtsp: RtspSettings | null;
}

/** JPEG quality where frames are encoded and nothing was asked for. */
export const DEFAULT_QUALITY = 80;

/** What the settings ask of the pictures themselves. */
export function wantedPicture({ width, height, quality, processors }: StreamSettings): WantedPicture {
  return { width, height, quality, isProcessed: processors.length > 0 };
}

/** Kinds of live sources whose own H.264 or H.265 can go out over RTSP; devices give what nobody else can read. */
const COPIED_KINDS: ReadonlySet<string> = new Set(['rtsp', 'http', 'network']);

/** Whether the video of a live source is wanted as it came, to be published over RTSP: nothing asks for other pictures. */
export function mayCopyPackets(settings: StreamSettings): boolean {
  return COPIED_KINDS.has(settings.source.kind) && isCopyAsked(settings);
}

/** Whether a file is to be published over RTSP as it is, if its codec allows that. */
export function mayCopyFile(settings: StreamSettings): boolean {
  return settings.source.kind === 'file' && isCopyAsked(settings);
}

function isCopyAsked({ rtsp, fps, ...settings }: StreamSettings): boolean {
  if (rtsp?.codec !== 'auto' && rtsp?.codec !== 'copy') return false;
  const { width, height, processors } = settings;
  // The quality is that of JPEGs.
  return fps === null && width === null && height === null && processors.length === 0;
}
