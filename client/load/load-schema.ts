import { z } from 'zod';
import { numberFromText } from '../../shared/number-text.js';
import type { ValueSchema } from '../../shared/option-schema.js';

/** The targets as they stand; `parseLoadTargets` says what is wrong with one. */
export function loadUrls(): ValueSchema<readonly string[]> {
  return z.array(z.string()).describe('one or more targets');
}

/** Seconds from 0 to `max`. */
export function notNegativeSeconds(max: number): ValueSchema<number> {
  const toNumber = (value: unknown) => (typeof value === 'string' ? numberFromText(value) : value);
  return z.preprocess(toNumber, z.number().min(0).max(max)).describe(`a number of seconds from 0 to ${max}`);
}
