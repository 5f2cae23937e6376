import { z } from 'zod';
import type { ValueSchema } from '../../shared/option-schema.js';

/** The arguments of the probe as they stand; `parseTargets` says what is wrong with one. */
export function probeUrls(): ValueSchema<readonly string[]> {
  return z.array(z.string()).describe('one or more URLs');
}

/** Where one of our own servers listens. */
export function streamerUrl(): ValueSchema<string> {
  return z
    .string()
    .regex(/^streamer:\/\/[^/?#\s]/)
    .refine((url) => URL.canParse(url))
    .describe('an address such as streamer://host:8000');
}
