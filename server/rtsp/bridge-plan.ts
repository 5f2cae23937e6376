import { mayCopyFile, mayCopyPackets } from '../stream-settings.js';
import type { RtspCodec, StreamSettings } from '../stream-settings.js';

/** How a stream is to be published; another plan needs another bridge. */
export interface BridgePlan {
  /** Address of the stream at the server, password included. */
  readonly url: string;
  readonly codec: RtspCodec;
  /** Where something is encoded. */
  readonly bitrateBps: number;
  /** The video that may go out as it is: that of the live source, or of a file; null where there is none. */
  readonly copied: CopiedVideo | null;
}

/** Video that is not encoded here. */
export type CopiedVideo =
  | { readonly kind: 'live' }
  | {
      readonly kind: 'file';
      readonly path: string;
      /** Whether it begins again at its end. */
      readonly loop: boolean;
    };

/** FFmpeg's names of what RTP and MPEG-TS both carry. */
const COPIED_CODECS: ReadonlySet<string> = new Set(['h264', 'hevc']);

/**
 * What the settings of a stream ask for; null where it is not to be published.
 *
 * @param codec of the source, as FFmpeg calls it; null while it is not known
 */
export function bridgePlan(settings: StreamSettings, codec: string | null): BridgePlan | null {
  const { rtsp } = settings;
  return rtsp && { ...rtsp, copied: copiedVideo(settings, codec) };
}

function copiedVideo(settings: StreamSettings, codec: string | null): CopiedVideo | null {
  if (mayCopyPackets(settings)) return { kind: 'live' };
  const { source, loop } = settings;
  if (source.kind !== 'file' || !mayCopyFile(settings) || !COPIED_CODECS.has(codec ?? '')) return null;
  return { kind: 'file', path: source.path, loop };
}
