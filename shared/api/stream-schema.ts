import { z } from 'zod';
import { ENCODING_MODES, STREAM_STATES, TIME_SOURCES } from '../protocol/messages.js';
import { policySchema, streamNameSchema } from '../protocol/control-schema.js';
import { numberFromText } from '../number-text.js';
import { noticeSchema } from './problem-schema.js';
import { publishingSchema } from './publishing-schema.js';

const side = z.int().min(2).max(8192);
const count = z.int().min(0);
const url = z.string().min(1).max(2048);
/** What the description says of addresses; what does not fit is refused with a word of its own, not as malformed. */
const ADDRESS = {
  pattern: '^(rtsps?|https?|srt|udp|tcp)://[^ ]+$',
  examples: ['rtsp://192.0.2.10:554/live'],
};
/** As text has no types, other notations and nothing at all would be numbers too. */
const inQuery = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (typeof value === 'string' ? numberFromText(value) : value), schema);

/** Settings of a stream that can be asked for over HTTP; a null is the source's own. */
export const streamSettingsSchema = z
  .object({
    fps: z.number().min(0.001).max(240).nullable().describe("Frames a second; null is the source's own rate."),
    width: side.nullable().describe("Pixels; null follows from the height and the aspect, or is the source's own."),
    height: side.nullable().describe("Pixels; null follows from the width and the aspect, or is the source's own."),
    quality: z
      .int()
      .min(1)
      .max(100)
      .nullable()
      .describe('Of JPEGs; null passes on those of the source as they are, and encodes others with 80.'),
    hwaccel: z.enum(['none', 'auto']).describe('Whether to decode in hardware where that can be.'),
    frameBuffer: z.int().min(1).max(100).describe('Frames kept for those who join late.'),
    policy: policySchema.meta({
      type: 'string',
      pattern: '^(latest|every|queue:([1-9][0-9]{0,2}|1000))$',
      description:
        '`latest`, `queue:N` or `every`: what happens to frames that a client cannot take, if it says nothing.',
    }),
    onDemand: z.boolean().describe('Whether the source stops when nobody looks.'),
    idleTimeout: z.number().min(0).max(86_400).describe('Seconds that a source goes on after its last viewer left.'),
    processor: z
      .array(z.enum(['watermark', 'timecode']))
      .max(16)
      .describe('Built-in processors, in their order; modules of files cannot be named over HTTP.'),
  })
  .meta({ id: 'StreamSettings' });

/**
 * What `POST /api/streams` takes. The stream is named by `name` or `stream_id`, its source by `url` or `rtsp_url`: the
 * second of each is what other servers call it.
 */
export const newStreamSchema = streamSettingsSchema
  .partial()
  .extend({
    name: streamNameSchema
      .optional()
      .meta({ description: 'Name of the stream; made of the address if there is none.', examples: ['door'] }),
    stream_id: streamNameSchema.optional().describe('The same as `name`.'),
    url: url.optional().meta({ ...ADDRESS, description: 'Address of the source; this or `rtsp_url` is needed.' }),
    rtsp_url: url.optional().meta({ ...ADDRESS, description: 'The same as `url`.' }),
  })
  .meta({ id: 'NewStream' });
export type NewStream = z.infer<typeof newStreamSchema>;

/** What `PATCH /api/streams/{id}` takes: settings to change, a source to take the place of the present one. */
export const streamPatchSchema = streamSettingsSchema
  .partial()
  .extend({
    url: url
      .optional()
      .meta({ ...ADDRESS, description: 'Address of a source that takes the place of the present one.' }),
    rtsp_url: url.optional().meta({ ...ADDRESS, description: 'The same as `url`.' }),
  })
  .meta({ id: 'StreamPatch' });
export type StreamPatch = z.infer<typeof streamPatchSchema>;

/** One stream as the API shows it. */
export const streamSchema = z
  .object({
    name: streamNameSchema,
    stream_id: streamNameSchema,
    url: z.string().describe('The source as text: of an address all but user and secrets, of a file its name.'),
    rtsp_url: z.string().describe('The same as `url`.'),
    state: z.enum(STREAM_STATES),
    reason: noticeSchema.nullable(),
    width: count.describe('Pixels; 0 while the source was not reached yet.'),
    height: count.describe('Pixels; 0 while the source was not reached yet.'),
    fps: z.number().min(0).describe('Frames a second; 0 while they are not known.'),
    timeSource: z
      .enum(TIME_SOURCES)
      .describe(
        "Where capture times come from: our own schedule, the arrival of the bytes, or the source's own clock.",
      ),
    encoding: z
      .object({ mode: z.enum(ENCODING_MODES), reason: z.string() })
      .describe("Whether the source's own JPEGs go out, or are encoded here, and why."),
    viewers: count.describe('Clients that watch it.'),
    isRecording: z.boolean(),
    rtsp: publishingSchema.nullable().describe('How it is published to an RTSP server; null where it is not.'),
    isAdded: z.boolean().describe('Whether its source was given over HTTP.'),
    settings: streamSettingsSchema
      .extend({
        fps: z.number().positive().nullable(),
        hwaccel: z.string(),
        processor: z.array(z.string()).describe('Processors of the configuration may be modules of files.'),
      })
      .describe("What is asked of it; a null is the source's own."),
  })
  .meta({ id: 'Stream' });
export type ApiStream = z.infer<typeof streamSchema>;

/** Answer of `GET /api/streams`. */
export const streamListSchema = z.object({ streams: z.array(streamSchema) }).meta({ id: 'StreamList' });

const NO_LARGER = "A picture that would be larger than the source's comes as large as fits into that.";

/** Query of a picture: its size and quality; without them it is the frame as it is. */
export const pictureQuerySchema = z.object({
  width: inQuery(side).optional().describe(`Pixels; alone, it keeps the aspect. ${NO_LARGER}`),
  height: inQuery(side).optional().describe(`Pixels; alone, it keeps the aspect. ${NO_LARGER}`),
  quality: inQuery(z.int().min(1).max(100)).optional().describe('Of the JPEG.'),
});

/** Query of `GET /api/streams/{id}/frame`: `after` a sequence number waits for a newer frame, up to `timeout` seconds. */
export const frameQuerySchema = pictureQuerySchema.extend({
  after: inQuery(z.int().min(0)).optional().describe('Sequence number; the answer is the first frame after it.'),
  timeout: inQuery(z.number().min(0).max(60)).optional().describe('Seconds to wait for a frame; 5 by default.'),
});

/** Query of `GET /streams/{id}.mjpg`. */
export const mjpegQuerySchema = z.object({
  maxFps: inQuery(z.number().positive().max(1000)).optional().describe('Frames a second at most.'),
});
