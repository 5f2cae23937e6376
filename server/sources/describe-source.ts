import type { SourceInfo } from './source.js';

/** What a source is, in words: codec, size, rate, and whether its JPEGs go out as they are. */
export function describeSource({ codec, width, height, fps, encoding }: SourceInfo): string {
  const shape = width > 0 ? `${width}x${height}` : 'size unknown';
  const rate = fps > 0 ? ` at ${Number(fps.toFixed(3))} fps` : '';
  // Of pictures that are drawn here the codec says nothing.
  const coding = codec === null || codec === 'rawvideo' ? '' : `${codec} `;
  return `${coding}${shape}${rate}, ${encoding.mode}: ${encoding.reason}`;
}
