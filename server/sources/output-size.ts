import { StreamerError } from '../../shared/errors.js';

/** A size in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Longest side that a JPEG can have with libjpeg. */
const MAX_SIDE = 65_500;
/** More pixels than this would take a raw buffer of over 400 MB a frame. */
const MAX_PIXELS = 16_384 * 8_704;

/** Whether frames of this size are more than can be handled. */
export function isTooLarge({ width, height }: Size): boolean {
  return width > MAX_SIDE || height > MAX_SIDE || width * height > MAX_PIXELS;
}

/**
 * The size frames are sent in: as asked for, and where only one side is given the other follows the aspect ratio.
 *
 * @throws {StreamerError} BAD_USAGE when that is too large.
 */
export function outputSize(source: Size, wanted: { width: number | null; height: number | null }): Size {
  const size = scaledSize(source, wanted);
  if (!isTooLarge(size)) return size;
  const frames = `Frames of ${size.width}x${size.height} pixels are too large`;
  throw new StreamerError('BAD_USAGE', `${frames}; give both --width and --height, or smaller ones.`);
}

/** As `outputSize`, however large. */
export function scaledSize(source: Size, { width, height }: { width: number | null; height: number | null }): Size {
  if (width !== null && height !== null) return { width, height };
  if (width !== null) return { width, height: Math.max(1, Math.round((source.height * width) / source.width)) };
  if (height !== null) return { width: Math.max(1, Math.round((source.width * height) / source.height)), height };
  return { width: source.width, height: source.height };
}
