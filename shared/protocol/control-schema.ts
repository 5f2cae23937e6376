/**
 * What the JSON bodies of the protocol must look like (docs/protocol.md, "JSON bodies"). Types and bounds are strict;
 * keys we do not know are dropped, so that a later version can add some. String lengths are UTF-16 code units.
 */
import { z } from 'zod';

import {
  ENCODING_MODES,
  MAX_FEATURES,
  MAX_FEATURE_CHARS,
  MAX_NOTICE_CHARS,
  MAX_REASON_CHARS,
  MAX_STREAMS,
  STREAM_EVENTS,
  STREAM_STATES,
  TIME_SOURCES,
} from './messages.js';
import type { Hello, Notice, Policy, Stats, StreamChange, StreamInfo, Subscription, Welcome } from './messages.js';
import { isPrintable, toPrintable } from './printable.js';

/** Checks a value that came from a peer and gives it its type. */
export type ControlSchema<T> = z.ZodType<T>;

/** Most subscriptions a HELLO may hold. */
export const MAX_SUBSCRIPTIONS = 64;

const u16 = z.int().min(0).max(65_535);
const count = z.int().min(0);
const instantUs = z.int().min(0);
const measure = z.number().min(-Number.MAX_SAFE_INTEGER).max(Number.MAX_SAFE_INTEGER);

/** Name of a client or a session, 1 to 128 printable characters. */
export const nameSchema: ControlSchema<string> = z
  .string()
  .min(1)
  .max(128)
  .refine(isPrintable, 'must hold printable characters only');

/** Name of a stream: 1 to 64 letters, digits, `_`, `.` and `-`. */
export const streamNameSchema: ControlSchema<string> = z
  .string()
  .regex(/^[A-Za-z0-9_.-]{1,64}$/, 'must be 1 to 64 letters, digits, "_", "." and "-"');

/** A policy: `latest`, `every` or `queue:N` with N from 1 to 1000. */
export const policySchema: ControlSchema<Policy> = z.custom<Policy>(
  (value) => typeof value === 'string' && /^(latest|every|queue:([1-9]\d{0,2}|1000))$/.test(value),
  'must be "latest", "every" or "queue:N" with N from 1 to 1000',
);

/** Token of a HELLO, at most 1024 characters. */
export const tokenSchema: ControlSchema<string> = z.string().max(1024);

/** Frames a second a client wants at most: above 0, at most 1000. */
export const maxFpsSchema: ControlSchema<number> = z.number().positive().max(1000);

const subscriptionSchema: ControlSchema<Subscription> = z.object({
  stream: z
    .string()
    .regex(/^(\*|[A-Za-z0-9_.-]{1,64})$/, 'must be "*" or 1 to 64 letters, digits, "_", "." and "-"')
    .optional(),
  policy: policySchema.optional(),
  maxFps: maxFpsSchema.optional(),
});

/** Body of HELLO. Any version passes: it is for the server to answer a wrong one with BAD_VERSION. */
export const helloSchema: ControlSchema<Hello> = z.object({
  version: u16,
  name: nameSchema,
  token: tokenSchema.optional(),
  subscriptions: boundedArray(subscriptionSchema, MAX_SUBSCRIPTIONS),
});

const streamInfoSchema: ControlSchema<StreamInfo> = z.object({
  id: u16,
  name: streamNameSchema,
  width: u16,
  height: u16,
  fps: z.number().min(0).max(1000),
  timeSource: z.enum(TIME_SOURCES),
  startTimeUs: instantUs,
  encoding: z.object({ mode: z.enum(ENCODING_MODES), reason: z.string().max(MAX_REASON_CHARS).transform(toPrintable) }),
  state: z.enum(STREAM_STATES),
});

/** Body of WELCOME. Any version passes, as in HELLO. */
export const welcomeSchema: ControlSchema<Welcome> = z.object({
  version: u16,
  sessionId: nameSchema,
  statsIntervalMs: z.int().min(10).max(3_600_000),
  streams: boundedArray(streamInfoSchema, MAX_STREAMS),
  subscribed: boundedArray(u16, MAX_STREAMS),
  features: boundedArray(z.string().max(MAX_FEATURE_CHARS), MAX_FEATURES).optional(),
});

/**
 * A code with a sentence. The sentence may come from anywhere, and ends on a terminal: it is made printable, not refused,
 * since a notice lost to its own form would hide why the peer left.
 */
export const noticeFields = {
  code: z.string().regex(/^[A-Z][A-Z0-9_]{0,63}$/, 'must be 1 to 64 capital letters, digits and "_"'),
  message: z.string().max(MAX_NOTICE_CHARS).transform(toPrintable),
};

/** Body of ERROR and BYE. */
export const noticeSchema: ControlSchema<Notice> = z.object(noticeFields);

/** Body of STREAM. */
export const streamChangeSchema: ControlSchema<StreamChange> = z.object({
  event: z.enum(STREAM_EVENTS),
  stream: streamInfoSchema,
  reason: noticeSchema.optional(),
});

const streamStatsSchema = z.object({
  streamId: u16,
  received: count,
  lost: count,
  skipped: count,
  corrupt: count,
  bytes: count,
  latency: z
    .string()
    .max(32 * 1024)
    .regex(/^[A-Za-z0-9+/]+={0,2}$/, 'must be base64')
    .optional(),
});

/** Body of STATS. */
export const statsSchema: ControlSchema<Stats> = z.object({
  intervalMs: measure.min(0),
  clock: z.object({ offsetUs: measure, errorUs: measure.min(0) }).optional(),
  streams: boundedArray(streamStatsSchema, MAX_STREAMS),
});

/** An array of at most `maxItems`; checks the length before the items, so that a long array of rubbish costs one issue and not one for each item. */
export function boundedArray<T>(item: z.ZodType<T>, maxItems: number): z.ZodType<T[]> {
  const fits = (value: unknown): boolean => Array.isArray(value) && value.length <= maxItems;
  return z.custom<unknown[]>(fits, `must be an array of at most ${maxItems}`).pipe(z.array(item));
}

/** The first thing wrong with a body: the path of the field, `body` for the whole, and what it must be. */
export function firstIssue(error: z.ZodError): { field: string; problem: string } {
  const issue = error.issues[0];
  if (issue === undefined) return { field: 'body', problem: 'is malformed' };
  const field = z.core.toDotPath(issue.path);
  return { field: field === '' ? 'body' : field, problem: phrase(issue.message) };
}

/** Our own messages complete the sentence already; the library's, "Too big: …", are put in brackets. */
function phrase(message: string): string {
  return message.startsWith('must ') ? message : `is not allowed (${message})`;
}
