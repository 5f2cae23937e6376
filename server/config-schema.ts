import { z } from 'zod';
import type { ValueSchema } from '../shared/option-schema.js';

/** How FFmpeg decodes: `none`, `auto`, or the name of a method such as `vaapi`. */
export function hardwareAcceleration(): ValueSchema<string> {
  const schema = z
    .string()
    .max(32)
    .regex(/^[a-z0-9_]+$/);
  return schema.describe('none, auto, or the name FFmpeg gives a method (lower case letters, digits and _)');
}

/** Sources as a list, or as text with one source a line (the environment has no lists). */
export function sourceList(): ValueSchema<string[]> {
  const schema = z.preprocess(linesOf, z.array(z.string().min(1)).min(1).max(MAX_SOURCES));
  return schema.describe(`a list of 1 to ${MAX_SOURCES} sources, each a text that is not empty`);
}

/** One FFmpeg and one encoder each: more would only be a slip, such as a wildcard in the wrong folder. */
const MAX_SOURCES = 256;

function linesOf(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  return value
    .split('\n')
    .map((line) => line.replace(/\r$/, ''))
    .filter((line) => line.trim() !== '');
}
