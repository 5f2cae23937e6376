/** A size in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** The size frames are sent in: as asked for, and where only one side is given the other follows the aspect ratio. */
export function outputSize(source: Size, wanted: { width: number | null; height: number | null }): Size {
  const { width, height } = wanted;
  if (width !== null && height !== null) return { width, height };
  if (width !== null) return { width, height: Math.max(1, Math.round((source.height * width) / source.width)) };
  if (height !== null) return { width: Math.max(1, Math.round((source.width * height) / source.height)), height };
  return { width: source.width, height: source.height };
}
