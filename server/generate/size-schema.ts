import { z } from 'zod';
import type { ValueSchema } from '../../shared/option-schema.js';
import { SIZE_LIMITS } from './video-request.js';

/** Width and height of a video, written `1280x720`. */
export function videoSize(): ValueSchema<{ width: number; height: number }> {
  const { minWidth, minHeight, maxWidth, maxHeight } = SIZE_LIMITS;
  const side = (min: number, max: number) => z.number().int().min(min).max(max);
  const schema = z.preprocess(
    toSize,
    z.object({ width: side(minWidth, maxWidth), height: side(minHeight, maxHeight) }),
  );
  return schema.describe(`a size from ${minWidth}x${minHeight} to ${maxWidth}x${maxHeight}, such as 1280x720`);
}

function toSize(value: unknown): unknown {
  const [, width, height] = (typeof value === 'string' && /^(\d{1,5})x(\d{1,5})$/i.exec(value)) || [];
  return width === undefined ? value : { width: Number(width), height: Number(height) };
}
