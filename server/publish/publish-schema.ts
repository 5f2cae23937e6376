import { z } from 'zod';
import { frameRate, trueOrFalse } from '../../shared/option-schema.js';
import type { ValueSchema } from '../../shared/option-schema.js';

/** A video as it is asked for; `fps` and `name` are null where the file's own are kept. */
export interface GivenVideo {
  readonly name: string | null;
  /** A path, or `test:PATTERN`. */
  readonly location: string;
  readonly loop: boolean;
  readonly fps: number | null;
}

const MAX_VIDEOS = 256;
const MAX_FPS = 240;
/** The keys of a map that stands for a video in the configuration file. */
export const VIDEO_KEYS = ['name', 'video_path', 'loop', 'fps'] as const;

/** Videos as a list of texts, or of maps with what testers of RTSP servers say of a video. */
export function videoList(): ValueSchema<GivenVideo[]> {
  const text = z
    .string()
    .min(1)
    .transform((location): GivenVideo => ({ name: null, location, loop: true, fps: null }));
  const map = z
    .object({
      name: z.string().min(1).max(200).optional(),
      video_path: z.string().min(1),
      loop: trueOrFalse().default(true),
      fps: frameRate(MAX_FPS).nullable().default(null),
    })
    .transform(({ name = null, video_path: location, loop, fps }): GivenVideo => ({ name, location, loop, fps }));
  const list = z
    .array(z.union([text, map]))
    .min(1)
    .max(MAX_VIDEOS);
  return z
    .preprocess((value) => (typeof value === 'string' ? [value] : value), list)
    .describe(`a list of 1 to ${MAX_VIDEOS} videos, each a text or a map with its video_path`);
}

/** `copy`, a codec, or FFmpeg's name of an encoder. */
export function codecName(): ValueSchema<string> {
  const schema = z.preprocess(lowerCase, z.string().regex(/^[a-z0-9_]{1,32}$/));
  return schema.describe('copy, h264, h265, mjpeg, or the name FFmpeg gives an encoder, such as h264_nvenc');
}

/** A word of FFmpeg: a preset, a pixel format. */
export function ffmpegWord(): ValueSchema<string> {
  const schema = z.string().regex(/^[A-Za-z0-9_]{1,32}$/);
  return schema.describe('a name of up to 32 letters, digits and _');
}

/** Where streams are published to. */
export function rtspAddress(): ValueSchema<string> {
  const schema = z
    .string()
    .max(2048)
    .regex(/^rtsps?:\/\/[^\s\p{Cc}]+$/iu)
    .refine(isAddress);
  return schema.describe('an address such as rtsp://host:8554/path or rtsps://host/path');
}

/** Where an API over HTTP is, which has its own paths. */
export function httpAddress(): ValueSchema<string> {
  const schema = z
    .string()
    .max(2048)
    .regex(/^https?:\/\/[^\s\p{Cc}/?#]+\/?$/iu)
    .refine(isAddress);
  return schema.describe('an address without a path such as http://127.0.0.1:9997');
}

function isAddress(text: string): boolean {
  return URL.canParse(text);
}

function lowerCase(value: unknown): unknown {
  return typeof value === 'string' ? value.toLowerCase() : value;
}
