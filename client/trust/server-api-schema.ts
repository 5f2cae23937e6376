import { z } from 'zod';
import { serverSchema } from '../../shared/api/server-schema.js';
import { streamStatsSchema } from '../../shared/api/stats-schema.js';
import { streamNameSchema } from '../../shared/protocol/control-schema.js';
import type { ValueSchema } from '../../shared/option-schema.js';

/** Where an HTTP API is: the origin of a gateway, or `off`. */
export function apiUrl(): ValueSchema<string> {
  return z
    .string()
    .max(2048)
    .refine((text) => text === 'off' || (/^https?:\/\/[^/?#\s]/.test(text) && URL.canParse(text)))
    .describe('an address such as http://host:8080, or off');
}

/** What is read of the answer of `GET /api/server`; servers of other versions may answer more. */
export const askedServerSchema = serverSchema.pick({
  version: true,
  nowUs: true,
  startedAtUs: true,
  clients: true,
  tcpPort: true,
  memoryBytes: true,
  cpuSeconds: true,
  eventLoopDelayP99Us: true,
});
export type AskedServer = z.infer<typeof askedServerSchema>;

/** What is read of `GET /api/streams`. */
export const askedStreamsSchema = z.object({ streams: z.array(z.object({ name: streamNameSchema })) });

/** What is read of `GET /api/streams/NAME/stats`. */
export const askedStatsSchema = streamStatsSchema.pick({ name: true, frames: true, droppedFrames: true });
export type AskedStats = z.infer<typeof askedStatsSchema>;
