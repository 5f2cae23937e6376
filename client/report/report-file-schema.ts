import { extname } from 'node:path';
import { z } from 'zod';
import type { ValueSchema } from '../../shared/option-schema.js';

/** Endings of report files, and so their formats. */
export const REPORT_ENDINGS = ['.html', '.json', '.md', '.csv'] as const;
export type ReportEnding = (typeof REPORT_ENDINGS)[number];

/** Paths of report files, each with one of `REPORT_ENDINGS`. */
export function reportFiles(): ValueSchema<readonly string[]> {
  const file = z
    .string()
    .min(1)
    .regex(/^[^\0]*$/)
    .refine((path) => reportEnding(path) !== null);
  return z
    .array(file)
    .max(16)
    .describe(`a file that ends in ${REPORT_ENDINGS.join(', ')}`);
}

/** What the ending of a path makes of the report; null for any other one. */
export function reportEnding(path: string): ReportEnding | null {
  return REPORT_ENDINGS.find((ending) => extname(path).toLowerCase() === ending) ?? null;
}
