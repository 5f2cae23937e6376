import type { StreamEncoding } from '../../shared/protocol/messages.js';

/** What a stream asks of its pictures; null where the source's own are kept. */
export interface WantedPicture {
  readonly width: number | null;
  readonly height: number | null;
  /** JPEG quality, 1 to 100; null takes JPEG sources as they are and encodes others with the default. */
  readonly quality: number | null;
  /** Whether a processor looks at the pixels. */
  readonly isProcessed: boolean;
}

/** What decides besides: codec (FFmpeg's name) and size, in pixels, of the source; 0 and null for unknown. */
export interface OfferedPicture {
  readonly codec: string | null;
  readonly width: number;
  readonly height: number;
}

/** Whether the source's JPEGs go out byte for byte, and why; `unknown` while the codec is not known. */
export function chooseEncoding(wanted: WantedPicture, offered: OfferedPicture): StreamEncoding {
  const { codec } = offered;
  if (codec !== null && codec !== 'mjpeg') return encoded(`the source is ${codec}`);
  if (wanted.isProcessed) return encoded('a processor works on the pixels');
  if (wanted.quality !== null) return encoded(`quality ${wanted.quality} was asked for`);
  const size = askedSize(wanted, offered);
  if (size !== null) return encoded(`size ${size} was asked for`);
  if (codec === null) return { mode: 'unknown', reason: 'the source was not reached yet' };
  return { mode: 'pass-through', reason: 'the source is JPEG and nothing else was asked for' };
}

/** The size that was asked for, in words, where it is not known to be the source's own. */
function askedSize(wanted: WantedPicture, offered: OfferedPicture): string | null {
  const isKept = (side: number | null, own: number) => side === null || side === own;
  if (isKept(wanted.width, offered.width) && isKept(wanted.height, offered.height)) return null;
  return `${wanted.width ?? 'auto'}x${wanted.height ?? 'auto'}`;
}

function encoded(reason: string): StreamEncoding {
  return { mode: 'encoded', reason };
}
