import { z } from 'zod';
import { STREAM_STATES } from '../protocol/messages.js';
import { streamNameSchema } from '../protocol/control-schema.js';
import { noticeSchema } from './problem-schema.js';
import { publishingCountsSchema } from './publishing-schema.js';

const count = z.int().min(0);
const microseconds = z.int();

/**
 * Latency from capture to arrival as clients measured it, in microseconds; `errorUs` is the largest error of those
 * clients' clocks, and null where none of them told it.
 */
export const latencySchema = z
  .object({
    p50Us: microseconds,
    p90Us: microseconds,
    p99Us: microseconds,
    maxUs: microseconds,
    errorUs: microseconds.min(0).nullable(),
    /** Frames measured, and clients that measured them. */
    count,
    clients: count,
  })
  .meta({ id: 'Latency' });
export type ApiLatency = z.infer<typeof latencySchema>;

/** Stages of a frame inside the server, in their order. */
export const SERVER_STAGES = ['decode', 'process', 'queue', 'encode', 'publish'] as const;

/** How one stream is doing. Rates, stages and latency are of the last ten seconds; counters since it was added. */
export const streamStatsSchema = z
  .object({
    name: streamNameSchema,
    stream_id: streamNameSchema,
    state: z.enum(STREAM_STATES),
    reason: noticeSchema.nullable(),
    atUs: count.describe("When these figures were taken: microseconds since the epoch, the server's clock."),
    fps: z.number().min(0).nullable().describe('Measured; null while that was less than a second.'),
    bytesPerSecond: z.number().min(0).nullable().describe('Measured; null while that was less than a second.'),
    frames: count.describe('Published since the stream was added.'),
    bytes: count.describe('Of those frames.'),
    droppedFrames: count.describe('Left out before they were encoded because they were late.'),
    restarts: count.describe('Times the source went down.'),
    clients: count.describe('Clients that watch it.'),
    rtsp: publishingCountsSchema.nullable().describe('What an RTSP server was sent of it; null where none is.'),
    lastSequence: count.nullable().describe('Of the newest frame; null while there is none.'),
    frameAgeUs: microseconds.nullable().describe('Since the newest frame was captured; null while there is none.'),
    latency: latencySchema.nullable(),
    stages: z.array(z.object({ stage: z.enum(SERVER_STAGES), p50Us: microseconds, p99Us: microseconds })),
  })
  .meta({ id: 'StreamStats' });
export type StreamStatistics = z.infer<typeof streamStatsSchema>;
