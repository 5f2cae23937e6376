import { z } from 'zod';
import type { ValueSchema } from '../../shared/option-schema.js';

/** Runs on one side at most; more say hardly more. */
export const MAX_RUNS = 100;

/** Paths of files with results. */
export function resultFiles(): ValueSchema<readonly string[]> {
  const path = z
    .string()
    .min(1)
    .max(4096)
    .regex(/^[^\0]*$/);
  return z.array(path).max(MAX_RUNS).describe(`a file, at most ${MAX_RUNS} on a side`);
}

/** Conditions as they were written, one text for each time that the flag was given. */
export function conditionTexts(): ValueSchema<readonly string[]> {
  return z.array(z.string().min(1)).max(20).describe('conditions such as p99>+10%,lost>0');
}
