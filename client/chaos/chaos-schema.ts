import { z } from 'zod';
import type { ValueSchema } from '../../shared/option-schema.js';

/** The argument as it stands; the targets' parser says what is wrong with it. */
export function chaosTarget(): ValueSchema<readonly string[]> {
  return z.array(z.string().max(8192)).describe('one address');
}
