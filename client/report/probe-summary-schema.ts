import { z } from 'zod';
import { LATENCY_SOURCES } from '../metrics/snapshot.js';
import { latencySchema } from './latency-schema.js';

const count = z.int().min(0);
const us = z.int().min(0);

const episodes = z.object({ count, totalUs: us, longestUs: us });

/** What the summary of a stream has beside the rest where a probe measured it. */
export const probeSummarySchema = z
  .object({
    url: z.string().describe('the address without its secrets'),
    size: z.object({ width: count, height: count }).describe('pixels of the newest picture; 0 before the first'),
    codec: z.string().nullable().describe("FFmpeg's name of the codec"),
    delays: z.array(z.string()).describe('what the latency has in it beside the network, in words'),
    latencySource: z.enum(LATENCY_SOURCES).nullable().describe('what latencyUs is measured by; null without a latency'),
    statedLatencyUs: latencySchema.nullable().describe('by what the path states, where latencyUs is by the time code'),
    firstFrameUs: us.nullable().describe('from the beginning to connect to the first picture'),
    endedAfterUs: us.nullable().describe('from the beginning to connect to the regular end; null where there was none'),
    opening: count.describe(
      'received pictures that waited while FFmpeg opened the stream; in no figure of time or rate',
    ),
    timeCode: z
      .object({
        kind: z.enum(['capture', 'media']).nullable(),
        read: count,
        unread: count,
        undecoded: count,
        sinceLast: count,
      })
      .describe(
        'of which kind, in how many pictures it was read or not, how many came too fast; and since the last code, once these have stopped',
      ),
    repeated: count.describe('pictures that showed the same as the one before'),
    outOfOrder: count.describe('pictures that came after a later one'),
    arrivalGaps: episodes.describe('pictures that came more than two periods after the one before'),
    mediaGaps: z.object({ count, frames: count }).describe("leaps of the sender's time line, and what they stand for"),
    freezes: episodes.describe('times in which nothing new was to be seen, outages aside'),
    resolutionChanges: count,
    reconnects: count,
    outageUs: us,
  })
  .describe('what a probe knows of a path; absent where a stream of the protocol was watched');

export type ProbeSummary = z.infer<typeof probeSummarySchema>;
