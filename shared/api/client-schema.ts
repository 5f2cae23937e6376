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
    /** Address and port; null for those who may only view. */
    peer: z.string().nullable(),
    transport: z.enum(TRANSPORTS),
    connectedAtUs: count,
    streams: z.array(
      z.object({
        stream: streamNameSchema,
        /** Since it connected: frames and bytes sent, frames left out because it lagged, and because it asked for fewer. */
        sentFrames: count,
        sentBytes: count,
        skippedFrames: count,
        thinnedFrames: count,
      }),
    ),
    /** Error of its clock against the server's; null until it was told. */
    clockErrorUs: count.nullable(),
    /** Of its last report. */
    latency: latencySchema.omit({ clients: true }).nullable(),
    /** Frames that it says went missing, over all its reports. */
    lostFrames: count,
  })
  .meta({ id: 'Client' });
export type ApiClient = z.infer<typeof clientSchema>;

/** Answer of `GET /api/clients`. */
export const clientListSchema = z.object({ clients: z.array(clientSchema) }).meta({ id: 'ClientList' });
