/** How far a run can be trusted: what its generator and its server say of themselves, and what follows from that. */
import { z } from 'zod';

const count = z.int().min(0);
/** Far above what anything here can be, and far below where sums and shares of such numbers overflow. */
const rate = z.number().min(0).max(1e15);

const MAX_SAMPLES = 10_000;

const threadSchema = z.object({
  name: z.string().describe('main, or the worker'),
  sessions: count,
  cpuPercent: rate.describe('of one core, mean over the window'),
  waitedPercent: rate
    .nullable()
    .describe('of the window: it was ready to run, and had no core; null where it is not known'),
  loopDelayUs: z.object({ p50: count, p99: count, max: count }).describe('how late its event loop got to its work'),
  timerLatenessUs: z.object({ p50: count, p99: count, max: count }).describe('how late its own timers fired'),
});
export type ThreadFigures = z.infer<typeof threadSchema>;

/** What the process that makes the load says of itself, in the window of the figures. */
export const generatorSchema = z.object({
  threads: z.array(threadSchema),
  cpuPercent: rate.describe('of one core: the whole process with all its threads and children, mean'),
  machineCpuPercent: rate
    .nullable()
    .describe('of all cores: everything on this machine, mean; null where it is not known'),
  stolenCpuPercent: rate.nullable().describe('of all cores: time the hypervisor took away; null where it is not known'),
  throttledPercent: rate
    .nullable()
    .describe(
      'of the window, added up over cores: the CPU limit of its container held the process back; null where it is not known',
    ),
  residentBytes: z.object({ mean: rate, max: count }),
  socketBacklogBytes: z
    .object({ p50: count, p99: count, max: count })
    .nullable()
    .describe(
      'received by the kernel and not read by us yet, largest of one session at each look; null where it is not known',
    ),
  samples: z
    .array(
      z.object({
        atMs: count,
        cpuPercent: rate,
        machineCpuPercent: rate.nullable(),
        residentBytes: count,
        loopDelayP99Us: count,
      }),
    )
    .max(MAX_SAMPLES),
});
export type GeneratorFigures = z.infer<typeof generatorSchema>;

/** What the server says of itself over its HTTP API. */
export const serverSamplesSchema = z.object({
  url: z.string().describe('of the API, without secrets'),
  version: z.string().nullable(),
  isSameMachine: z.boolean(),
  samples: z
    .array(
      z.object({
        atMs: count,
        cpuPercent: rate.describe('of one core'),
        residentBytes: count,
        loopDelayP99Us: count,
        clients: count,
      }),
    )
    .max(MAX_SAMPLES),
  streams: z
    .array(z.object({ name: z.string(), published: count.describe('frames in the window'), droppedFrames: count }))
    .describe('what the server says it published while we measured'),
});
export type ServerSamples = z.infer<typeof serverSamplesSchema>;

const checkSchema = z.object({
  name: z.string().describe('what was looked at, in words'),
  value: z.number(),
  limit: z.number(),
  unit: z.string(),
  ok: z.boolean(),
  severity: z
    .enum(['invalid', 'doubt'])
    .describe('what follows where it is not ok: invalid makes the run invalid, doubt only lowers the trust in it'),
  why: z.string().describe('one sentence: what it would mean if it were not'),
});
export type TrustCheck = z.infer<typeof checkSchema>;

/** Whether the figures are about the server and the path, and not about the process that measured them. */
export const validitySchema = z.object({
  valid: z.boolean(),
  reasons: z.array(z.string()).describe('why not: one sentence for each check that failed and makes it so'),
  checks: z.array(checkSchema),
  trust: z.string().describe('how far the figures can be trusted, in one sentence with its figures'),
});
export type Validity = z.infer<typeof validitySchema>;
