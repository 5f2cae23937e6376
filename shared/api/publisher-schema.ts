import { z } from 'zod';
import { streamNameSchema } from '../protocol/control-schema.js';
import { noticeSchema } from './problem-schema.js';

const count = z.int().min(0);
const percent = z.number().min(0);

/** How a publisher is doing. */
export const PUBLISHER_HEALTH = ['healthy', 'degraded', 'connecting', 'waiting', 'stopped'] as const;
export type PublisherHealth = (typeof PUBLISHER_HEALTH)[number];

/** One publisher of a fleet as the API shows it. */
export const publisherSchema = z
  .object({
    name: streamNameSchema.describe('Last part of its path on the RTSP server.'),
    video: z.string().describe('The video that it plays, without folders.'),
    codec: z.string(),
    width: count.describe('Pixels.'),
    height: count.describe('Pixels.'),
    nominalFps: z.number().min(0).describe('Frames a second of the video.'),
    fps: z.number().min(0).nullable().describe('Frames a second sent in the last seconds; null before that.'),
    bitrateBps: z.number().min(0).nullable().describe('Bits a second sent in the last seconds; null before that.'),
    loops: count.describe('How often the video began anew.'),
    health: z
      .enum(PUBLISHER_HEALTH)
      .describe(
        '`healthy` sends 95 % of its frames or more, `degraded` fewer; `waiting` is before the next attempt to connect.',
      ),
    connection: z
      .object({
        state: z.enum(['connecting', 'publishing', 'waiting', 'stopped']),
        url: z.string().describe('Address of the stream there, without user and secrets.'),
        error: noticeSchema.nullable().describe('Why it is not publishing.'),
        framesSent: count,
        framesDropped: count.describe('Left out: the server did not take them in time, or was not connected.'),
        bytesSent: count.describe('RTP payload.'),
        reconnects: count.describe('How often the server was connected to after the first time.'),
        sinceUs: count.describe('When the state began, microseconds since the epoch.'),
      })
      .describe('Its connection to the RTSP server.'),
    server: z
      .object({ isReady: z.boolean(), readers: count, bytesReceived: count })
      .nullable()
      .describe('What the RTSP server says of the path; null where its API cannot be reached.'),
  })
  .meta({ id: 'Publisher' });
export type ApiPublisher = z.infer<typeof publisherSchema>;

/** Load of the machine and the limits of a fleet on it, in percent of the whole machine. */
export const fleetResourcesSchema = z
  .object({
    cpuPercent: percent.nullable().describe('Null until it was measured.'),
    memoryPercent: percent.nullable().describe('Null until it was measured.'),
    limits: z.object({ maxStreams: count, maxCpuPercent: percent, maxMemoryPercent: percent }),
    notice: z.string().nullable().describe('Why no more are started, or some were ended; null while there is room.'),
  })
  .meta({ id: 'FleetResources' });
export type ApiFleetResources = z.infer<typeof fleetResourcesSchema>;

/** Answer of `GET /api/publishers`. */
export const fleetSchema = z
  .object({
    publishers: z.array(publisherSchema),
    resources: fleetResourcesSchema,
    videos: z.array(z.string()).describe('Videos that a publisher can be asked to play.'),
  })
  .meta({ id: 'Fleet' });
export type ApiFleet = z.infer<typeof fleetSchema>;

/** What `POST /api/publishers` takes, and nothing else: a slip would play another video. */
export const newPublisherSchema = z
  .strictObject({
    name: streamNameSchema
      .optional()
      .meta({ description: 'The next free `stream-NNN` if there is none.', examples: ['stream-051'] }),
    video: z
      .string()
      .min(1)
      .max(2048)
      .optional()
      .meta({
        description:
          'One of `videos`, or a pattern such as `test:bars?size=1280x720`, up to 1920x1080 and 60 fps; the next in turn if there is none.',
        examples: ['test:bars'],
      }),
  })
  .meta({ id: 'NewPublisher' });
export type NewPublisher = z.infer<typeof newPublisherSchema>;
