import { z } from 'zod';

const count = z.int().min(0);

/** What the one who asks may do: look, or also change. */
export const ROLES = ['view', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** Answer of `GET /api/server`. */
export const serverSchema = z
  .object({
    version: z.string(),
    nowUs: count.describe("The server's clock, microseconds since the epoch."),
    startedAtUs: count.describe('When it started, microseconds since the epoch.'),
    streams: count,
    maxStreams: count,
    publishers: count.nullable().describe('Publishers of the fleet; null where the server has none.'),
    clients: count,
    maxClients: count,
    tcpPort: count.describe('Port of the protocol over TCP.'),
    httpPort: count.describe('Port of this API.'),
    isTls: z.boolean(),
    role: z.enum(ROLES).describe('What the one who asks may do: look, or also change.'),
    hasAdminToken: z.boolean().describe('Whether a token would give the one who asks more rights than they have.'),
    memoryBytes: count.describe('Resident memory of the process.'),
    cpuSeconds: z.number().min(0).describe('CPU time of the process since it started, of all its threads.'),
    eventLoopDelayP99Us: count,
    nodeVersion: z.string(),
  })
  .meta({ id: 'Server' });
export type ApiServer = z.infer<typeof serverSchema>;
