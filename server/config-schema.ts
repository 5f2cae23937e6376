import { z } from 'zod';
import type { ValueSchema } from '../shared/option-schema.js';
import { policySchema } from '../shared/protocol/control-schema.js';
import type { Policy } from '../shared/protocol/messages.js';
import { parseRtspTarget } from '../shared/rtsp/rtsp-target.js';

/** A limit by time or by size; one of the two is null. */
export interface TimeOrSize {
  readonly seconds: number | null;
  readonly bytes: number | null;
}

/** A source of the configuration file: text as on the command line, or a map with settings of its own. */
export type GivenSource = string | Readonly<Record<string, unknown>>;

/** How FFmpeg decodes: `none`, `auto`, or the name of a method such as `vaapi`. */
export function hardwareAcceleration(): ValueSchema<string> {
  const schema = z
    .string()
    .max(32)
    .regex(/^[a-z0-9_]+$/);
  return schema.describe('none, auto, or the name FFmpeg gives a method (lower case letters, digits and _)');
}

/** Sources as a list, or as text with one source a line (the environment has no lists). */
export function sourceList(): ValueSchema<GivenSource[]> {
  const source = z.union([z.string().min(1), z.record(z.string(), z.unknown())]);
  const schema = z.preprocess(linesOf, z.array(source).min(1).max(MAX_SOURCES));
  return schema.describe(`a list of 1 to ${MAX_SOURCES} sources, each a text that is not empty or a map with its url`);
}

/** One FFmpeg and one encoder each: more would only be a slip, such as a wildcard in the wrong folder. */
const MAX_SOURCES = 256;

/** What happens to frames that a client cannot take. */
export function deliveryPolicy(): ValueSchema<Policy> {
  return policySchema.describe('latest, every, or queue:N with N from 1 to 1000');
}

/** Processors as a list, or as text with one a line; none for `off`. */
export function processorList(): ValueSchema<string[]> {
  const off = z.enum(['off', 'false']).or(z.literal(false));
  const list = z.preprocess(linesOf, z.array(z.string().min(1)).max(MAX_PROCESSORS));
  return z
    .union([off.transform((): string[] => []), list])
    .describe(`a list of up to ${MAX_PROCESSORS} processors, or off`);
}

const MAX_PROCESSORS = 16;

/** The folder recordings go to, or null for `off`. */
export function recordingFolder(): ValueSchema<string | null> {
  const off = z.enum(['off', 'false']).or(z.literal(false));
  const folder = z
    .string()
    .min(1)
    .regex(/^[^\0]*$/);
  return z.union([off.transform(() => null), folder]).describe('the path of a folder, or off');
}

/** The address of an RTSP server that streams are published to, or null for `off`. */
export function rtspAddress(): ValueSchema<string | null> {
  const off = z.enum(['off', 'false']).or(z.literal(false));
  const address = z.string().max(MAX_ADDRESS_LENGTH).refine(isRtspAddress);
  return z
    .union([off.transform(() => null), address])
    .describe('an address such as rtsp://127.0.0.1:8554 or rtsps://user:password@host/prefix, or off');
}

const MAX_ADDRESS_LENGTH = 1024;

function isRtspAddress(text: string): boolean {
  // What a lenient parser would drop is a slip.
  if (/[\s\p{Cc}#]/u.test(text)) return false;
  try {
    return parseRtspTarget(text).port !== 0;
  } catch {
    return false;
  }
}

/** The value of `schema`, or 0. */
export function orNever(schema: ValueSchema<number>): ValueSchema<number> {
  const zero = z.union([z.literal(0), z.literal('0')]).transform(() => 0);
  return z.union([zero, schema]).describe(`${schema.description ?? ''}, or 0`);
}

const UNITS: Readonly<Record<string, { readonly seconds: number } | { readonly bytes: number }>> = {
  s: { seconds: 1 },
  m: { seconds: 60 },
  h: { seconds: 3600 },
  d: { seconds: 86_400 },
  kb: { bytes: 1e3 },
  mb: { bytes: 1e6 },
  gb: { bytes: 1e9 },
  tb: { bytes: 1e12 },
};
const MIN_SEGMENT_SECONDS = 1;
const MIN_SEGMENT_BYTES = 1e6;

/** A time (`90s`, `10m`, `1h`, `1d`) or a size (`500MB`, `2GB`) that a file can have. */
export function timeOrSize(): ValueSchema<TimeOrSize> {
  const isEnough = ({ seconds, bytes }: TimeOrSize) =>
    seconds === null ? (bytes ?? 0) >= MIN_SEGMENT_BYTES : seconds >= MIN_SEGMENT_SECONDS;
  return limit(isEnough).describe(
    'a time such as 90s, 10m or 1h, or a size such as 500MB or 2GB, of at least 1s or 1MB',
  );
}

/** As `timeOrSize`; null for `all`. */
export function ageOrSize(): ValueSchema<TimeOrSize | null> {
  const all = z.literal('all').transform(() => null);
  return z.union([all, timeOrSize()]).describe('an age such as 12h or 7d, a size such as 20GB, or all');
}

function limit(isEnough: (value: TimeOrSize) => boolean): z.ZodType<TimeOrSize> {
  return z.preprocess(
    (value) => (typeof value === 'string' ? parseLimit(value) : value),
    z.object({ seconds: z.number().nullable(), bytes: z.number().nullable() }).refine(isEnough),
  );
}

function parseLimit(text: string): TimeOrSize | null {
  const [, number = '', unit = ''] = /^(\d{1,9}(?:\.\d{1,3})?)\s?([a-z]{1,2})$/i.exec(text) ?? [];
  const factor = Object.hasOwn(UNITS, unit.toLowerCase()) ? UNITS[unit.toLowerCase()] : undefined;
  if (!factor) return null;
  if ('seconds' in factor) return { seconds: Number(number) * factor.seconds, bytes: null };
  return { seconds: null, bytes: Math.round(Number(number) * factor.bytes) };
}

function linesOf(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  return value
    .split('\n')
    .map((line) => line.replace(/\r$/, ''))
    .filter((line) => line.trim() !== '');
}
