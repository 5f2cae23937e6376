import { z } from 'zod';
import type { ValueSchema } from '../../shared/option-schema.js';

/** A folder or a file; null where nothing is to be written. */
export function outputPlace(): ValueSchema<string | null> {
  const path = z
    .string()
    .min(1)
    .regex(/^[^\0]*$/);
  const nowhere = z.literal(false).transform(() => null);
  return z.union([nowhere, path]).describe('a folder, or the path of a .json file');
}
