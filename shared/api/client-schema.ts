import { z } from 'zod';
import { streamNameSchema } from '../protocol/control-schema.js';
import { latencySchema } from './stats-schema.js';

const count = z.int().min(0);

/** The roads on which frames leave. */
export const TRANSPORTS = ['tcp', 'classic', 'mjpeg', 'websocket'] as const;
export type TransportName = (typeof TRANSPORTS)[number];

/** One connected client. What it measured itself comes from its reports; players of MJPEG make none. */
export const clientSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    peer: z.string().nullable().describe('Address and port; null for those who may only view.'),
    transport: z.enum(TRANSPORTS),
    connectedAtUs: count.describe('Microseconds since the epoch.'),
    streams: z.array(
      z.object({
        stream: streamNameSchema,
        sentFrames: count.describe('Since it connected, as all of these.'),
        sentBytes: count,
        skippedFrames: count.describe('Left out because it lagged.'),
        thinnedFrames: count.describe('Left out because it asked for fewer.'),
      }),
    ),
    clockErrorUs: count.nullable().describe("Error of its clock against the server's; null until it was told."),
    latency: latencySchema.omit({ clients: true }).nullable().describe('Of its last report.'),
    lostFrames: count.describe('Frames that it says went missing, over all its reports.'),
  })
  .meta({ id: 'Client' });
export type ApiClient = z.infer<typeof clientSchema>;

/** Answer of `GET /api/clients`. */
export const clientListSchema = z.object({ clients: z.array(clientSchema) }).meta({ id: 'ClientList' });
