/**
 * The report of a run of `load`, `cameras`, `capacity`, `bench`, `chaos` or `compare`, as a schema:
 * docs/run-report.schema.json is made from it, and the type of the object too. Readers should accept fields they do not
 * know; none is removed or changes its meaning while the name in `schema` stays.
 */
import { z } from 'zod';
import { STREAM_STATES } from '../../shared/protocol/messages.js';
import { latencySchema, quantilesSchema, stagesSchema } from './latency-schema.js';
import { runDetailsSchema } from './run-details-schema.js';
import { generatorSchema, serverSamplesSchema, validitySchema } from './run-trust-schema.js';
import { MAX_SUBJECTS } from './subject-limits.js';

/** Name of the format; a change that breaks readers gets another number. */
export const RUN_REPORT_SCHEMA = 'frame-streamer/run-report/1';

/** The commands that write one. */
export const RUN_KINDS = ['load', 'cameras', 'capacity', 'bench', 'chaos', 'compare'] as const;
export type RunKind = (typeof RUN_KINDS)[number];

const count = z.int().min(0);
/** Far above what anything here can be, and far below where sums and shares of such numbers overflow. */
const rate = z.number().min(0).max(1e15);
const us = z.int().nullable();
const bound = z.int().min(0).nullable();

const histogramSchema = z
  .object({
    values: z.string().describe('values from 0 on'),
    negative: z.string().optional().describe('magnitudes of the values below zero, if there are any'),
  })
  .describe('HdrHistogram V2, compressed, base64; microseconds, three significant digits');
export type EncodedDistribution = z.infer<typeof histogramSchema>;

const errorSchema = z.object({
  code: z.string().describe('stable code'),
  message: z.string().describe('as it was said the last time, without secrets'),
  count: count.describe('how often'),
});
export type ErrorTally = z.infer<typeof errorSchema>;

const outageSchema = z
  .object({
    fromMs: count.describe('since the window began'),
    toMs: count.nullable().describe('null: it lasted to the end'),
    code: z.string(),
  })
  .describe('a time without a connection');

/** Buckets of a timeline; whoever compares runs draws each of them a thousand times. */
const MAX_BUCKETS = 600;

const timelineSchema = z
  .object({
    bucketMs: count.describe('width of one bucket; all arrays have one entry for each'),
    frames: z.array(count).max(MAX_BUCKETS),
    bytes: z.array(count).max(MAX_BUCKETS),
    latencyP50Us: z.array(us).max(MAX_BUCKETS),
    latencyP99Us: z.array(us).max(MAX_BUCKETS),
    ageMaxUs: z.array(us).max(MAX_BUCKETS),
    sessions: z
      .array(count)
      .max(MAX_BUCKETS)
      .optional()
      .describe('sessions that were connected, where there may be several'),
  })
  .refine(
    ({ bucketMs: _, ...series }) => new Set(Object.values(series).flatMap((each) => each?.length ?? [])).size === 1,
    {
      error: 'its arrays are of different lengths',
    },
  )
  .describe('what happened when; at most 600 buckets');
export type Timeline = z.infer<typeof timelineSchema>;

/** Whatever was measured: all of a run, a target, a session, a stream, a device, a step of a search. */
export const subjectSchema = z.object({
  name: z.string(),
  kind: z.enum(['total', 'target', 'session', 'stream', 'camera', 'device', 'step']),
  target: z.string().nullable().describe('its address without secrets; null where it has several'),
  state: z
    .enum(['connected', 'connecting', 'reconnecting', 'ended', 'failed', 'stopped', ...STREAM_STATES])
    .describe('at the end'),
  durationMs: count.describe('of the window in which it was measured'),
  sessions: z.object({ asked: count, connected: count.describe('at the end'), failed: count }),
  frames: z.object({
    received: count,
    lost: count.describe('known to be missing, and announced by nobody; what an outage costs is known when it is over'),
    skipped: count.describe('left out by the server, which said so'),
    corrupt: count,
  }),
  canTellLost: z
    .boolean()
    .describe(
      'whether the protocols of all its sessions show what is missing; where false, more than lost may be missing',
    ),
  bytes: count.describe('of messages or parts with their headers, not of TCP and IP'),
  nominalFps: rate.nullable().describe('frames a second and session as announced; null while nobody says it'),
  fps: z
    .object({ mean: rate, min: rate, max: rate })
    .describe('a second; of several sessions their frames over the whole window, least and greatest of one'),
  throughputMbps: rate.describe('10^6 bits a second, mean'),
  latencyUs: latencySchema.describe('of the frames that came (uncorrected)'),
  ageUs: latencySchema.describe('of the newest frame, at the expected cadence (corrected for coordinated omission)'),
  clockErrorUs: bound.describe('largest error of the clock that latencies were measured with; null without a clock'),
  latencySource: z
    .enum(['protocol', 'X-Timestamp', 'RTCP', 'time code', 'none'])
    .describe('where capture times come from'),
  firstFrameUs: latencySchema.describe('from the beginning to connect to the first frame, one value a connection'),
  reconnects: count,
  outageMs: count.describe('without a connection, added up over sessions'),
  outages: z.array(outageSchema).describe('the first hundred'),
  stagesUs: stagesSchema.nullable(),
  timeline: timelineSchema.nullable(),
  histograms: z
    .object({ latency: histogramSchema, age: histogramSchema })
    .nullable()
    .describe('all values, to be merged or compared later'),
  errors: z.array(errorSchema),
});
export type Subject = z.infer<typeof subjectSchema>;

const machineSchema = z.object({
  cpu: z.string(),
  cores: count,
  memoryMiB: count,
  system: z.string(),
  node: z.string(),
  loadAverage: rate.describe('of the minute before the run'),
  hostname: z.string(),
});

const provenanceSchema = z.object({
  version: z.string().describe('of frame-streamer'),
  commit: z.string().nullable().describe('of its checkout, with + where files differ from it; null outside of one'),
  commandLine: z.array(z.string()).describe('as it was given, without secrets'),
  startedAt: z.iso.datetime(),
  durationMs: count.describe('from the start of the command to its report'),
  interrupted: z.boolean().describe('ended by the user before its time'),
  machine: machineSchema,
});
export type Provenance = z.infer<typeof provenanceSchema>;

const clockSchema = z.object({
  of: z.string().describe('whose clock was compared with ours, such as a server or a device'),
  offsetUs: us,
  errorUs: bound,
  driftPpm: z.number().nullable(),
  rttUs: quantilesSchema.extend({ min: us }),
});
export type ClockRecord = z.infer<typeof clockSchema>;

const findingSchema = z.object({
  severity: z.enum(['good', 'note', 'warning', 'problem']),
  sentence: z.string().describe('what is so, and what to do'),
  figures: z.array(z.string()).describe('the figures it comes from, such as "cam-3: reconnects 12"'),
});
export type Finding = z.infer<typeof findingSchema>;

export const VERDICTS = ['pass', 'fail', 'invalid', 'done'] as const;

/** The whole report. */
export const runReportSchema = z
  .object({
    schema: z.literal(RUN_REPORT_SCHEMA),
    kind: z.enum(RUN_KINDS),
    verdict: z.object({
      level: z
        .enum(VERDICTS)
        .describe(
          'pass and fail: against an objective; done: none was set; invalid: the figures, or some, are not to be used; validity says which',
        ),
      sentence: z.string(),
    }),
    validity: validitySchema,
    provenance: provenanceSchema,
    clocks: z.array(clockSchema),
    total: subjectSchema.nullable().describe('everything together; null where adding up would mean nothing'),
    subjects: z.array(subjectSchema).max(MAX_SUBJECTS).describe('what the total is made of, and steps'),
    generator: generatorSchema.nullable().describe('the process that made the load'),
    server: serverSamplesSchema.nullable().describe('what the server says of itself; null where it was not asked'),
    findings: z.array(findingSchema),
    details: runDetailsSchema.describe('what only this kind of run has'),
  })
  .meta({ title: RUN_REPORT_SCHEMA });
export type RunReport = z.infer<typeof runReportSchema>;
