import { z } from 'zod';
import { STREAM_EVENTS } from '../protocol/messages.js';
import { clientSchema } from './client-schema.js';
import { fleetSchema } from './publisher-schema.js';
import { serverSchema } from './server-schema.js';
import { streamStatsSchema } from './stats-schema.js';
import { streamSchema } from './stream-schema.js';

/**
 * What comes over `WS /api/events`, one JSON text a message: first `snapshot` with everything, then what changes, and
 * `stats` once a second, with `publishers` where the server has a fleet. A reader that lags misses both, and gets a new `snapshot` instead of changes it missed.
 */
export const eventSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('snapshot'),
    server: serverSchema,
    streams: z.array(streamSchema),
    clients: z.array(clientSchema),
    fleet: fleetSchema.nullable(),
  }),
  z.object({ type: z.literal('stream'), event: z.enum(STREAM_EVENTS), stream: streamSchema }),
  z.object({ type: z.literal('client'), event: z.enum(['connected', 'disconnected']), client: clientSchema }),
  z.object({
    type: z.literal('stats'),
    server: serverSchema,
    streams: z.array(streamStatsSchema),
    clients: z.array(clientSchema),
  }),
  z.object({ type: z.literal('publishers'), ...fleetSchema.shape }),
]);
export type ApiEvent = z.infer<typeof eventSchema>;
