import { z } from 'zod';
import type { ValueSchema } from '../../shared/option-schema.js';

const MAX_URL_LENGTH = 8192;

/** The arguments as they stand; `parseLoadTargets` says what is wrong with one. */
export function targetTexts(): ValueSchema<readonly string[]> {
  return z.array(z.string().max(MAX_URL_LENGTH)).describe('one or more addresses');
}

/** Where streams are published. */
export function publishAddress(): ValueSchema<string> {
  return z
    .string()
    .max(MAX_URL_LENGTH)
    .regex(/^rtsp:\/\/[^/?#\s][^?#\s\p{Cc}]*$/iu)
    .refine((url) => URL.canParse(url))
    .describe('an address such as rtsp://host:8554/load, without a query');
}

/** Files or patterns; `streamer-server publish` says what is wrong with one. */
export function videoTexts(): ValueSchema<readonly string[]> {
  return z.array(z.string().min(1).max(4096)).max(64).describe('a file, or test:PATTERN');
}

/** `parseObjective` says what is wrong with one. */
export function objectiveText(): ValueSchema<string> {
  return z.string().min(1).describe('an objective such as p99<100ms,lost=0,fps>=0.95');
}
