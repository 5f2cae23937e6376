import { z } from 'zod';
import type { ValueSchema } from '../shared/option-schema.js';
import { MAX_SUBSCRIPTIONS, nameSchema, policySchema, streamNameSchema } from '../shared/protocol/control-schema.js';
import type { Policy } from '../shared/protocol/messages.js';
import { ALL_STREAMS } from '../shared/stream-name.js';

/** What the server does with frames that this client cannot take. */
export function deliveryPolicy(): ValueSchema<Policy> {
  return policySchema.describe('latest, every, or queue:N with N from 1 to 1000');
}

/** What the server calls this client. */
export function deviceName(): ValueSchema<string> {
  return nameSchema.describe('1 to 128 printable characters');
}

/** Names of streams, each once, or the word that means all of them. */
export function streamChoice(): ValueSchema<readonly string[] | typeof ALL_STREAMS> {
  const all = z.array(z.literal(ALL_STREAMS)).min(1);
  const names = z.array(streamNameSchema).min(1).max(MAX_SUBSCRIPTIONS);
  const choice = z.union([
    all.transform((): typeof ALL_STREAMS => ALL_STREAMS),
    names.refine((list) => !list.includes(ALL_STREAMS)).transform((list) => [...new Set(list)]),
  ]);
  const form = 'letters, digits, _ . and -, 64 at most';
  return choice.describe(`up to ${MAX_SUBSCRIPTIONS} names of streams (${form}), or "${ALL_STREAMS}" alone`);
}
