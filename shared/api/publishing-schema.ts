import { z } from 'zod';
import { noticeSchema } from './problem-schema.js';

const count = z.int().min(0);

/** What the publishing of a stream can be doing. */
const PUBLISHING_STATES = ['connecting', 'publishing', 'waiting', 'stopped'] as const;

const counts = {
  framesSent: count.describe('Since publishing began with these settings.'),
  framesDropped: count.describe('Left out: encoding took too long, or the server did not take them in time.'),
  bytesSent: count.describe('Of those frames, as RTP payload.'),
  reconnects: count.describe('How often the server was connected to after the first time.'),
};

/** How a stream is published to an RTSP server. */
export const publishingSchema = z
  .object({
    state: z
      .enum(PUBLISHING_STATES)
      .describe('`waiting` is for the first picture, or until the next attempt to connect; `stopped` is at the end.'),
    url: z.string().describe('Address of the stream there, without user and secrets.'),
    codec: z.enum(['h264', 'h265', 'mjpeg']).nullable().describe('What was announced; null before that.'),
    mode: z
      .enum(['copy', 'encode', 'mjpeg'])
      .nullable()
      .describe(
        "Whether the source's own video goes out, frames that are encoded for this, or the JPEGs as they are; null while " +
          'nothing is made for the server.',
      ),
    encoder: z.string().nullable().describe("FFmpeg's name of the encoder; null where nothing is encoded."),
    ...counts,
    error: noticeSchema.nullable().describe('Why it is not published, or not as it should be.'),
  })
  .meta({ id: 'Publishing' });
export type ApiPublishing = z.infer<typeof publishingSchema>;

/** The counters of the same. */
export const publishingCountsSchema = z.object(counts).meta({ id: 'PublishingCounts' });
