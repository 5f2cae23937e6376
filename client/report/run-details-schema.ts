/** What only one kind of run has to report. Each kind owns its part here. */
import { z } from 'zod';

const count = z.int().min(0);
/** Far above what anything here can be, and far below where sums and shares of such numbers overflow. */
const rate = z.number().min(0).max(1e15);

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

const meanAndMax = z.object({ mean: rate, max: rate });

const camerasDetails = z.object({
  kind: z.literal('cameras'),
  listed: count.describe('cameras of the list'),
  selected: count.describe('of those, that passed the filter'),
  opened: count,
  left: z.array(z.object({ name: z.string(), why: z.string() })).describe('cannot be opened; the first thousand'),
  leftCount: count.describe('all that cannot be opened'),
  reconnect: z.boolean().describe('whether a camera was connected to again when it broke'),
  machine: z
    .object({ cpuPercent: meanAndMax.nullable(), memoryPercent: meanAndMax.nullable() })
    .describe('everything on this machine, in percent of what it has; null where it is not known'),
  residentBytesBefore: count.describe('of this process, when it was ready and no camera was opened'),
});

const stepSchema = z.object({
  subject: z.string().describe('name of its subject'),
  phase: z.enum(['ramp', 'bisect', 'soak', 'confirm']),
  round: count,
  attempt: count.describe('2 where it made sure of a step that broke'),
  size: count.describe('sessions, cameras or streams'),
  holds: z.boolean(),
  broken: z.array(z.string()).describe('terms of the objective that did not hold, with their values'),
  unknown: z.array(z.string()).describe('terms that could not be measured, and why'),
  validity: z.boolean().describe('whether the generator was fast enough, by its own figures'),
});

const capacityDetails = z.object({
  kind: z.literal('capacity'),
  unit: z.enum(['sessions', 'cameras', 'streams']),
  objective: z.string(),
  atLeast: count.nullable().describe('what was asked for; null: nothing'),
  steps: z.array(stepSchema),
  rounds: z.array(z.object({ holds: count, breaks: count.nullable() })).describe('complete ones'),
  interval: z
    .object({ from: count, to: count.nullable() })
    .describe('the capacity lies here; null: no limit was found'),
  end: z
    .enum(['agreed', 'single round', 'no limit', 'unstable', 'generator', 'unknown', 'stopped'])
    .describe(
      'why the search ended: two rounds agreed, one was asked for, nothing broke, rounds did not agree, the generator was the bottleneck, a term could not be measured, or the user stopped it',
    ),
  held: z.string().nullable().describe('subject of the step that shows the result; null: nothing held'),
  broke: z.string().nullable().describe('subject of the step above it that broke; null: nothing did'),
  firstBroken: z.string().nullable().describe('what broke first'),
  bottleneck: z.string().describe('where it was, in words with figures'),
  left: z.array(z.object({ name: z.string(), why: z.string() })).describe('cameras that were not taken'),
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

const attackSchema = z.object({
  kind: z.string(),
  asked: count.describe('at the same time; of a storm, connections in the whole attack'),
  opened: count.describe('connections: who is closed comes again'),
  notConnected: count,
  closedByServer: count,
  stillOpen: count.describe('when the attack ended'),
  bytesSent: count,
  bytesRead: count.describe('while the attack went on'),
  unread: z
    .object({
      openMs: count.describe('from their opening to the end of the attack, together'),
      bytesRead: count.describe('until then'),
      bytesLate: count.describe('read when the attack was over; until then in buffers, or with the server'),
    })
    .nullable()
    .describe('of those that leave unread what comes, and are still open; null for kinds that read all'),
  codes: z
    .array(z.object({ code: z.string(), count }))
    .describe('how connections ended: the code the server gave, CLOSED without one, or that of the system'),
});

const chaosDetails = z.object({
  kind: z.literal('chaos'),
  phaseMs: count.describe('of each of the three: before, during and after'),
  maxHarm: rate.describe('p99 during against before, at most'),
  harmlessUs: count.describe('p99 that is no more than this longer is no harm, whatever the ratio'),
  attackers: z.array(attackSchema),
  harm: z.object({
    p99Before: z.int().nullable(),
    p99During: z.int().nullable(),
    p99After: z.int().nullable(),
    p99Ratio: rate.nullable().describe('during against before'),
    p99RatioRange: z
      .object({ low: rate, high: rate.nullable() })
      .nullable()
      .describe('the ratio lies here, whatever the error of the clock; null at high: without a bound'),
    fpsBefore: rate,
    fpsDuring: rate,
    fpsAfter: rate.nullable().describe('null where that phase was not measured to its end'),
    lostDuring: count,
    lostAfter: count,
    skippedBefore: count,
    skippedDuring: count,
    goodDisconnected: count.describe(
      'connections of good clients that broke during or after, those too that never came back, and clients that failed',
    ),
    goodOutageMs: count.describe('of the good clients without a connection, during and after, all together'),
    goodBefore: count.describe('good clients with a connection when the attack began'),
    goodAtEnd: count.describe('good clients with a connection, or regularly done, at the end of the last phase'),
    serverBytesBefore: count.nullable(),
    serverBytesMost: count.nullable(),
    serverBytesAfter: count.nullable(),
    serverCameBack: z.boolean().nullable().describe('whether its memory did; null where it is not known'),
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
      verdict: z.enum(['better', 'worse', 'changed', 'same', 'unknown']),
      condition: z.string().nullable().describe('of --fail-if'),
      failed: z.boolean(),
      undecided: z.boolean().optional().describe('of the condition, or one of several, the runs cannot tell'),
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
