import { z } from 'zod';
import { ENCODING_MODES, STREAM_STATES, TIME_SOURCES } from '../protocol/messages.js';
import { policySchema, streamNameSchema } from '../protocol/control-schema.js';
import { noticeSchema } from './problem-schema.js';

const side = z.int().min(2).max(8192);
const count = z.int().min(0);
const url = z.string().min(1).max(2048);

/** Settings of a stream that can be asked for over HTTP; null is the default of the server or of the source. */
export const streamSettingsSchema = z
  .object({
    fps: z.number().positive().max(240).nullable(),
    width: side.nullable(),
    height: side.nullable(),
    quality: z.int().min(1).max(100).nullable(),
    hwaccel: z.enum(['none', 'auto']),
    /** Frames kept for those who join late. */
    frameBuffer: z.int().min(1).max(100),
    /** `latest`, `queue:N` or `every`: for clients that ask for none. */
    policy: policySchema,
    onDemand: z.boolean(),
    /** Seconds a source goes on after its last viewer left. */
    idleTimeout: z.number().min(0).max(86_400),
    /** Built-in processors; modules of files cannot be named over HTTP. */
    processor: z.array(z.enum(['watermark', 'timecode'])).max(16),
  })
  .meta({ id: 'StreamSettings' });
export type ApiStreamSettings = z.infer<typeof streamSettingsSchema>;

/**
 * What `POST /api/streams` takes. The stream is named by `name` or `stream_id`, its source by `url` or `rtsp_url`: the
 * second of each is what other servers call it.
 */
export const newStreamSchema = streamSettingsSchema
  .partial()
  .extend({
    name: streamNameSchema.optional(),
    stream_id: streamNameSchema.optional(),
    url: url.optional(),
    rtsp_url: url.optional(),
  })
  .meta({ id: 'NewStream' });
export type NewStream = z.infer<typeof newStreamSchema>;

/** What `PATCH /api/streams/{id}` takes: settings to change, a source to take the place of the present one. */
export const streamPatchSchema = streamSettingsSchema
  .partial()
  .extend({ url: url.optional(), rtsp_url: url.optional() })
  .meta({ id: 'StreamPatch' });
export type StreamPatch = z.infer<typeof streamPatchSchema>;

/** One stream as the API shows it. */
export const streamSchema = z
  .object({
    name: streamNameSchema,
    stream_id: streamNameSchema,
    /** The source as text, its password left out. */
    url: z.string(),
    rtsp_url: z.string(),
    state: z.enum(STREAM_STATES),
    reason: noticeSchema.nullable(),
    /** Pixels and frames a second; 0 while the source was not reached yet. */
    width: count,
    height: count,
    fps: z.number().min(0),
    timeSource: z.enum(TIME_SOURCES),
    encoding: z.object({ mode: z.enum(ENCODING_MODES), reason: z.string() }),
    viewers: count,
    isRecording: z.boolean(),
    /** Whether it was added over HTTP. */
    isAdded: z.boolean(),
    settings: streamSettingsSchema.extend({
      hwaccel: z.string(),
      /** Processors of the configuration may be modules of files. */
      processor: z.array(z.string()),
    }),
  })
  .meta({ id: 'Stream' });
export type ApiStream = z.infer<typeof streamSchema>;

/** Answer of `GET /api/streams`. */
export const streamListSchema = z.object({ streams: z.array(streamSchema) }).meta({ id: 'StreamList' });

/** Query of a picture: its size and quality; without them it is the frame as it is. */
export const pictureQuerySchema = z.object({
  width: z.coerce.number().int().min(2).max(8192).optional(),
  height: z.coerce.number().int().min(2).max(8192).optional(),
  quality: z.coerce.number().int().min(1).max(100).optional(),
});

/** Query of `GET /api/streams/{id}/frame`: `after` a sequence number waits for a newer frame, up to `timeout` seconds. */
export const frameQuerySchema = pictureQuerySchema.extend({
  after: z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).optional(),
  timeout: z.coerce.number().min(0).max(60).optional(),
});

/** Query of `GET /streams/{id}.mjpg`. */
export const mjpegQuerySchema = z.object({ maxFps: z.coerce.number().positive().max(1000).optional() });
