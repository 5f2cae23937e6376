import { z } from 'zod';

const count = z.int().min(0);

/** What the one who asks may do: look, or also change. */
export const ROLES = ['view', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** Answer of `GET /api/server`. */
export const serverSchema = z
  .object({
    version: z.string(),
    /** The server's clock, microseconds since the epoch, and when it started. */
    nowUs: count,
    startedAtUs: count,
    streams: count,
    maxStreams: count,
    clients: count,
    maxClients: count,
    /** Ports of the protocol over TCP and of this API. */
    tcpPort: count,
    httpPort: count,
    isTls: z.boolean(),
    role: z.enum(ROLES),
    /** Whether a token would give the one who asks more rights than they have. */
    hasAdminToken: z.boolean(),
    /** Of this process: resident memory, CPU seconds since its start, p99 of the delay of its event loop. */
    memoryBytes: count,
    cpuSeconds: z.number().min(0),
    eventLoopDelayP99Us: count,
    nodeVersion: z.string(),
  })
  .meta({ id: 'Server' });
export type ApiServer = z.infer<typeof serverSchema>;
