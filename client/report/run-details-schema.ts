/** What only one kind of run has to report. Each kind owns its part here. */
import { z } from 'zod';

const count = z.int().min(0);
const rate = z.number().min(0);

/** Fairness between the sessions of a load run. */
export const fairnessSchema = z
  .object({
    jain: z
      .number()
      .min(0)
      .max(1)
      .nullable()
      .describe('Jain, Chiu and Hawe (1984): 1 when all sessions got as many frames'),
    leastFrames: count,
    mostFrames: count,
    bestP99Us: z.int().nullable(),
    worstP99Us: z.int().nullable(),
  })
  .describe('between sessions that ran for the whole window');

const loadDetails = z.object({
  kind: z.literal('load'),
  sessionsAsked: count,
  rampMs: count,
  windowMs: count,
  workers: count,
  fairness: fairnessSchema.nullable(),
});

const camerasDetails = z.object({
  kind: z.literal('cameras'),
  listed: count.describe('cameras of the list'),
  selected: count.describe('of those, that passed the filter'),
  opened: count,
  left: z.array(z.object({ name: z.string(), why: z.string() })).describe('not opened'),
});

const stepSchema = z.object({
  subject: z.string().describe('name of its subject'),
  phase: z.enum(['ramp', 'bisect', 'soak', 'confirm']),
  round: count,
  size: count.describe('sessions or streams'),
  holds: z.boolean(),
  broken: z.array(z.string()).describe('terms of the objective that did not hold, with their values'),
  validity: z.boolean(),
});

const capacityDetails = z.object({
  kind: z.literal('capacity'),
  unit: z.enum(['sessions', 'streams']),
  objective: z.string(),
  steps: z.array(stepSchema),
  rounds: z.array(z.object({ holds: count, breaks: count.nullable() })),
  interval: z
    .object({ from: count, to: count.nullable() })
    .describe('the capacity lies here; null: no limit was found'),
  firstBroken: z.string().nullable().describe('what broke first'),
  bottleneck: z.string().describe('where it was, in words with figures'),
});

const deviceSchema = z.object({
  subject: z.string().describe('name of its subject'),
  platform: z.string(),
  clockErrorUs: count.nullable(),
  joinedAtMs: z.int().describe('after the start; 0 or less: in time'),
  leftAtMs: count.nullable().describe('after the start, before the end; null: it stayed'),
  included: z.boolean(),
  why: z.string().nullable().describe('why it is not in the total'),
});

const benchDetails = z.object({
  kind: z.literal('bench'),
  stream: z.string(),
  devicesAsked: count,
  startTimeUs: count.describe("of the window, in the server's clock"),
  stopTimeUs: count,
  devices: z.array(deviceSchema),
});

const chaosDetails = z.object({
  kind: z.literal('chaos'),
  attackers: z.array(
    z.object({ kind: z.string(), asked: count, opened: count, closedByServer: count, bytesSent: count }),
  ),
  harm: z.object({
    p99Before: z.int().nullable(),
    p99During: z.int().nullable(),
    p99After: z.int().nullable(),
    p99Ratio: rate.nullable().describe('during against before'),
    lostDuring: count,
    skippedDuring: count,
    goodDisconnected: count,
    serverBytesBefore: count.nullable(),
    serverBytesMost: count.nullable(),
    serverBytesAfter: count.nullable(),
  }),
});

const compareDetails = z.object({
  kind: z.literal('compare'),
  runs: z.array(z.object({ name: z.string(), files: z.array(z.string()), startedAt: z.iso.datetime() })),
  unlike: z.array(z.string()).describe('in what the runs differ, beside the figures'),
  rows: z.array(
    z.object({
      subject: z.string(),
      figure: z.string().describe('such as p99 or fps'),
      unit: z.string(),
      a: z.number().nullable(),
      b: z.number().nullable(),
      change: z.number().nullable().describe('(b - a) / a'),
      interval: z.object({ low: z.number(), high: z.number() }).nullable().describe('95 % confidence of the change'),
      verdict: z.enum(['better', 'worse', 'same', 'unknown']),
      condition: z.string().nullable().describe('of --fail-if'),
      failed: z.boolean(),
    }),
  ),
});

/** By the kind of the run. */
export const runDetailsSchema = z.discriminatedUnion('kind', [
  loadDetails,
  camerasDetails,
  capacityDetails,
  benchDetails,
  chaosDetails,
  compareDetails,
]);
export type RunDetails = z.infer<typeof runDetailsSchema>;
export type DetailsOf<K extends RunDetails['kind']> = Extract<RunDetails, { kind: K }>;
