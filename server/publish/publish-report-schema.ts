/**
 * What `publish` writes at its end, as a schema: docs/publish-report.schema.json is made from it, and the type of the object
 * too. Readers should accept fields they do not know; none is removed or changes its meaning while the name in `schema`
 * stays.
 */
import { z } from 'zod';

/** Name of the format; a change that breaks readers gets another number. */
export const PUBLISH_REPORT_SCHEMA = 'frame-streamer/publish-report/1';

const count = z.int().min(0);
const rate = z.number().min(0);
const time = z.iso.datetime();

const errorSchema = z.object({
  code: z.string().describe('stable code'),
  message: z.string().describe('as it was said the last time'),
  count: count.describe('how often'),
  firstAt: time,
  lastAt: time,
});

const streamSchema = z.object({
  name: z.string(),
  url: z.string().describe('without a password'),
  video: z.string(),
  codec: z.string(),
  width: count,
  height: count,
  nominalFps: rate.describe('of the video'),
  health: z
    .enum(['healthy', 'degraded', 'connecting', 'waiting', 'stopped'])
    .describe('at the end; of one that was ended before, then'),
  ended: z
    .enum(['removed', 'shed', 'finished'])
    .nullable()
    .describe('removed: over the API; shed: by a limit; finished: its video ended; null: it ran to the end'),
  lifetimeMs: count.describe('from its start to its end'),
  publishingMs: count.describe('of that, connected and publishing'),
  framesSent: count,
  framesDropped: count.describe('not connected, or the server did not take them in time'),
  framesSkipped: count.describe('this process was late'),
  bytesSent: count.describe('RTP payload'),
  fps: rate.nullable().describe('mean while it was publishing'),
  bitrateBps: rate.nullable().describe('mean while it was publishing'),
  loops: count.describe('how often the video began anew'),
  reconnects: count,
  server: z
    .object({ isReady: z.boolean(), readers: count, bytesReceived: count })
    .nullable()
    .describe("what MediaMTX's API said last; null where it was not reachable"),
  errors: z.array(errorSchema),
});

const figureSchema = z.object({ min: rate, mean: rate, max: rate }).nullable();

/** The object that is written. */
export const publishReportSchema = z
  .object({
    schema: z.literal(PUBLISH_REPORT_SCHEMA),
    startedAt: time,
    durationMs: count.describe('from the start of the first stream'),
    command: z.string().describe('the command line, without secrets'),
    versions: z.object({ frameStreamer: z.string(), node: z.string(), ffmpeg: z.string() }),
    machine: z.object({ cpu: z.string(), cores: count, memoryBytes: count, system: z.string() }),
    config: z
      .object({
        to: z.string(),
        streams: count.describe('asked for at the start'),
        videos: z.array(
          z.object({ name: z.string(), path: z.string(), loop: z.boolean(), fps: z.number().nullable() }),
        ),
        codec: z.string(),
        bitrateBps: count.nullable().describe('of what is encoded; null where videos are copied'),
        timeCode: z.boolean(),
        durationMs: count.nullable(),
        limits: z.object({ maxStreams: count, maxCpuPercent: rate, maxMemoryPercent: rate }),
      })
      .describe('what the run was asked for'),
    totals: z.object({
      streams: count.describe('that were started'),
      healthyAtEnd: count,
      unstarted: count.describe('asked for at the start, and not started because of a limit or the end of the run'),
      framesSent: count,
      framesDropped: count,
      framesSkipped: count,
      bytesSent: count,
      reconnects: count,
      errors: count,
    }),
    resources: z.object({
      cpuPercent: figureSchema.describe('of all cores of the machine, whoever used it'),
      memoryPercent: figureSchema.describe("of the machine's memory"),
      process: z
        .object({ cpuPercentOfCore: rate.describe('mean; 100 is one core'), memoryBytes: count.describe('at the end') })
        .describe('this process without the FFmpegs it starts'),
    }),
    limits: z
      .array(z.object({ at: time, message: z.string(), shed: z.array(z.string()).describe('streams that were ended') }))
      .describe('what limits kept from running'),
    streams: z.array(streamSchema),
  })
  .meta({ title: PUBLISH_REPORT_SCHEMA });

export type PublishReport = z.infer<typeof publishReportSchema>;
export type StreamReport = z.infer<typeof streamSchema>;
