/**
 * What `--json` prints, as a schema: docs/summary.schema.json is made from it, and the type of the object too. Readers
 * should accept fields they do not know; none is removed or changes its meaning while the name in `schema` stays.
 */
import { z } from 'zod';
import { ENCODING_MODES, STREAM_STATES, TIME_SOURCES } from '../../shared/protocol/messages.js';

import { latencySchema, quantilesSchema, stagesSchema } from './latency-schema.js';
import { probeSummarySchema } from './probe-summary-schema.js';

/** Name of the format; a change that breaks readers gets another number. */
export const SUMMARY_SCHEMA = 'frame-streamer/summary/1';

const count = z.int().min(0);
const rate = z.number().min(0);
const us = z.int().nullable();
const bound = z.int().min(0).nullable();

const clockSchema = z
  .object({
    offsetUs: us.describe("server's clock minus ours"),
    errorUs: bound.describe('the true offset is at most this far away'),
    driftPpm: z.number().nullable().describe("how much faster the server's clock runs"),
    rttUs: z.object({ min: bound, p50: bound }).describe('round trip of the last pings'),
  })
  .describe('clock estimate at the end; null while there is none');

const framesSchema = z
  .object({
    received: count,
    lost: count.describe('gaps in the sequence that the server did not choose'),
    skipped: count.describe('frames the server chose not to send'),
    corrupt: count.describe('received frames whose JPEG is cut or cannot be decoded'),
    kept: count.describe('frames of the past, sent because this client joined late; among none of the others'),
  })
  .describe('counts of frames');

const histogramsSchema = z
  .object({
    latency: z.string().describe('latencies from 0 on'),
    latencyNegative: z.string().optional().describe('magnitudes of the latencies below zero, if there are any'),
  })
  .describe('HdrHistogram V2, compressed, base64; microseconds, three significant digits');

const streamShape = {
  stream: z.string().describe("the stream's name"),
  state: z.enum([...STREAM_STATES, 'removed']).describe('at the end; removed: the server took the stream away'),
  reason: z.string().nullable().describe('why it is in that state, in words; null where there is nothing to say'),
  encoding: z
    .object({ mode: z.enum(ENCODING_MODES), reason: z.string() })
    .describe("how the JPEGs come about: the source's own, or encoded by the server, and why"),
  timeSource: z.enum(TIME_SOURCES).describe('what the capture time of the newest frame is'),
  timeSources: z
    .object({ schedule: count, arrival: count, source: count })
    .describe('received frames by what their capture time is'),
  frames: framesSchema,
  fps: z.object({ mean: rate, min: rate, max: rate }).describe('frames that arrived; min and max of whole seconds'),
  bytes: count.describe('bytes of FRAME messages, headers included'),
  throughputMbps: z.object({ mean: rate, max: rate }).describe('10^6 bits a second; max of whole seconds'),
  latencyUs: latencySchema,
  ageUs: quantilesSchema.extend({ max: us }).describe("age of the newest frame, sampled at the stream's own rate"),
  jitterUs: quantilesSchema.describe('difference of spacing between arrivals and captures (RFC 3550, section 6.4.1)'),
  stagesUs: stagesSchema.extend({ clientDecode: quantilesSchema }).describe('time that frames spent in each stage'),
  histograms: histogramsSchema,
  probe: probeSummarySchema.optional(),
};

const sessionShape = {
  schema: z.literal(SUMMARY_SCHEMA),
  server: z.string().describe('host:port; of a probe the URL, or how many paths there are'),
  startedAt: z.iso.datetime().describe('when the measurement began'),
  durationMs: count,
  clock: clockSchema,
  reconnects: count.describe('of a probe those of all paths'),
  outageMs: count.describe('time without a connection, after the first one; of a probe that of all paths added up'),
};

const oneStreamSchema = z.object({ ...sessionShape, ...streamShape }).describe('one stream');
const streamSchema = z.object(streamShape);
const manyStreamsSchema = z
  .object({ ...sessionShape, streams: z.array(streamSchema) })
  .describe('several streams, or none');

/** The object that `--json` prints. */
export const summarySchema = z.union([oneStreamSchema, manyStreamsSchema]).meta({ title: SUMMARY_SCHEMA });

export type Summary = z.infer<typeof summarySchema>;
export type SessionSummary = Omit<z.infer<typeof manyStreamsSchema>, 'streams'>;
export type StreamSummary = z.infer<typeof streamSchema>;
