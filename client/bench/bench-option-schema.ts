import { z } from 'zod';
import { numberFromText } from '../../shared/number-text.js';
import type { ValueSchema } from '../../shared/option-schema.js';
import { MAX_DEVICE_NAME_CHARS } from '../../shared/protocol/bench-messages.js';
import { streamNameSchema } from '../../shared/protocol/control-schema.js';
import { isPrintable } from '../../shared/protocol/printable.js';

/** What a device is called in reports. */
export function deviceNameText(): ValueSchema<string> {
  const schema = z.string().min(1).max(MAX_DEVICE_NAME_CHARS).refine(isPrintable);
  return schema.describe(`1 to ${MAX_DEVICE_NAME_CHARS} printable characters`);
}

/** The one argument that names a server. */
export function serverText(): ValueSchema<readonly string[]> {
  return z.array(z.string().min(1).max(2048)).length(1).describe('one host, host:port, or streamer or ws address');
}

/** The name of one stream. */
export function streamNameText(): ValueSchema<string> {
  return streamNameSchema.describe('a name of up to 64 letters, digits, _ . and -');
}

/** Seconds between two bounds, both included. */
export function benchSeconds(min: number, max: number): ValueSchema<number> {
  const schema = z.preprocess(
    (value) => (typeof value === 'string' ? numberFromText(value) : value),
    z.number().min(min).max(max),
  );
  return schema.describe(`seconds from ${min} to ${max}`);
}
