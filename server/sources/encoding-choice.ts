import type { StreamEncoding } from '../../shared/protocol/messages.js';
import type { Size } from './output-size.js';

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
  if (!isJpegPassedOn(wanted, offered)) return encoded(whatWasAsked(wanted));
  if (codec === null) return { mode: 'unknown', reason: 'the source was not reached yet' };
  return { mode: 'pass-through', reason: 'the source is JPEG and nothing else was asked for' };
}

/** Whether a JPEG of this size goes out byte for byte. Asked for every frame, so it allocates nothing. */
export function isJpegPassedOn({ width, height, quality, isProcessed }: WantedPicture, own: Size): boolean {
  const isSizeKept = (width ?? own.width) === own.width && (height ?? own.height) === own.height;
  return !isProcessed && quality === null && isSizeKept;
}

function whatWasAsked({ width, height, quality, isProcessed }: WantedPicture): string {
  if (isProcessed) return 'a processor works on the pixels';
  if (quality !== null) return `quality ${quality} was asked for`;
  return `size ${width ?? 'auto'}x${height ?? 'auto'} was asked for`;
}

function encoded(reason: string): StreamEncoding {
  return { mode: 'encoded', reason };
}
