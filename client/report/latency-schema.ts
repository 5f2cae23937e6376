import { z } from 'zod';

const count = z.int().min(0);
const us = z.int().nullable();

/** Two quantiles, in microseconds; null while nothing was measured. */
export const quantilesSchema = z.object({ p50: us, p99: us });

/** How long frames were in each stage on their way from the source to the socket of a client. */
export const stagesSchema = z.object({
  decode: quantilesSchema,
  process: quantilesSchema,
  queue: quantilesSchema,
  encode: quantilesSchema,
  publish: quantilesSchema,
  network: quantilesSchema,
});

/** A distribution of latencies, as it stands in summaries. */
export const latencySchema = z
  .object({
    count: count.describe('frames whose latency is known'),
    min: us,
    p50: us,
    p90: us,
    p99: us,
    p999: us,
    max: us,
    mean: z.number().nullable(),
    stddev: z.number().min(0).nullable(),
    negative: count.describe('latencies below zero'),
    errorUs: z.int().min(0).nullable().describe('no latency is farther than this from the truth'),
  })
  .describe('arrival minus capture, in microseconds; null while nothing was measured');

export type LatencySummary = z.infer<typeof latencySchema>;
