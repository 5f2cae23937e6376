import type { SourceInfo } from './source.js';

/** What a source is, in words: codec, size, rate, and whether its JPEGs go out as they are. */
export function describeSource({ codec, width, height, fps, encoding }: SourceInfo): string {
  const size = width > 0 ? ` ${width}x${height}` : '';
  const rate = fps > 0 ? ` at ${Number(fps.toFixed(3))} fps` : '';
  return `${codec ?? 'unknown'}${size}${rate}, ${encoding.mode}: ${encoding.reason}`;
}
