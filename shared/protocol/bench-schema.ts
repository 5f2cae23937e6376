/**
 * What the bodies of BENCH must look like (docs/protocol.md, "BENCH"). As in control-schema.ts types and bounds are
 * strict, and keys we do not know are dropped. The bounds keep every body within its 64 KiB, so that what a device sends
 * can always be passed on.
 */
import { z } from 'zod';

import {
  DEVICE_PLATFORMS,
  MAX_ABOUT_CHARS,
  MAX_BENCH_MS,
  MAX_DEVICE_NAME_CHARS,
  MAX_HISTOGRAM_CHARS,
  MAX_LEAD_MS,
  MAX_LISTED_DEVICES,
  MAX_OWN_DELAY_US,
  MAX_TIMELINE_BUCKETS,
  MIN_BENCH_MS,
} from './bench-messages.js';
import type { BenchBody, BenchDevice, DeviceProgress, DeviceResult, DeviceTimeline } from './bench-messages.js';
import { boundedArray, noticeFields, streamNameSchema } from './control-schema.js';
import type { ControlSchema } from './control-schema.js';
import { MAX_NOTICE_CHARS } from './messages.js';
import { isPrintable, toPrintable } from './printable.js';

const MAX_TIMELINE_US = 2 ** 40;

const count = z.int().min(0);
const instantUs = z.int().min(0);
const us = z.int().nullable();
const boundUs = z.int().min(0).nullable();
const id = z.int().min(1);

const deviceNameSchema = z
  .string()
  .min(1)
  .max(MAX_DEVICE_NAME_CHARS)
  .refine(isPrintable, 'must hold printable characters only');
const platformSchema = z.enum(DEVICE_PLATFORMS);
const histogramSchema = z.string().regex(/^[A-Za-z0-9+/]+={0,2}$/, 'must be base64');

const progressSchema = z.object({
  frames: count,
  latencyP50Us: us,
  latencyP99Us: us,
  clockErrorUs: boundUs,
}) satisfies ControlSchema<DeviceProgress>;

const bucketUs = z.int().min(-MAX_TIMELINE_US).max(MAX_TIMELINE_US).nullable();
const timelineSchema: ControlSchema<DeviceTimeline> = z
  .object({
    bucketMs: z.int().min(1000).max(MAX_BENCH_MS),
    frames: boundedArray(z.int().min(0).max(MAX_TIMELINE_US), MAX_TIMELINE_BUCKETS),
    latencyP50Us: boundedArray(bucketUs, MAX_TIMELINE_BUCKETS),
    latencyP99Us: boundedArray(bucketUs, MAX_TIMELINE_BUCKETS),
  })
  .refine(
    ({ frames, latencyP50Us, latencyP99Us }) =>
      frames.length === latencyP50Us.length && frames.length === latencyP99Us.length,
    'must have as many entries in each array',
  );

const resultSchema = z.object({
  fromTimeUs: instantUs,
  toTimeUs: instantUs,
  received: count,
  lost: count,
  skipped: count,
  corrupt: count,
  bytes: count,
  reconnects: count,
  outageMs: count,
  latency: histogramSchema,
  latencyNegative: histogramSchema.nullable(),
  age: histogramSchema.nullable(),
  ageNegative: histogramSchema.nullable(),
  clock: z.object({
    offsetUs: us,
    errorUs: boundUs,
    driftPpm: z.number().min(-1_000_000).max(1_000_000).nullable(),
    rttMinUs: boundUs,
    rttP50Us: boundUs,
  }),
  ownDelayP99Us: z.int().min(0).max(MAX_OWN_DELAY_US).optional(),
  timeline: timelineSchema.nullable(),
  about: z.string().max(MAX_ABOUT_CHARS).transform(toPrintable),
}) satisfies ControlSchema<DeviceResult>;

const deviceSchema: ControlSchema<BenchDevice> = z.object({
  id,
  name: deviceNameSchema,
  platform: platformSchema,
  joinedTimeUs: instantUs,
  leftTimeUs: instantUs.nullable(),
});

/** The histograms share their room, since most of it goes to one of them. */
function fitsHistograms(body: Partial<DeviceResult>): boolean {
  const { latency, latencyNegative, age, ageNegative } = body;
  const all = [latency, latencyNegative, age, ageNegative].map((text) => text?.length ?? 0);
  return all.reduce((sum, chars) => sum + chars, 0) <= MAX_HISTOGRAM_CHARS;
}

/** Body of BENCH, either way; `isBenchRequest` tells which. */
export const benchSchema: ControlSchema<BenchBody> = z
  .discriminatedUnion('kind', [
    z.object({
      kind: z.literal('join'),
      name: deviceNameSchema,
      platform: platformSchema,
      key: z.string().regex(/^[A-Za-z0-9]{16,64}$/, 'must be 16 to 64 letters and digits'),
    }),
    z.object({
      kind: z.literal('open'),
      durationMs: z.int().min(MIN_BENCH_MS).max(MAX_BENCH_MS),
      stream: streamNameSchema,
    }),
    z.object({ kind: z.literal('start'), leadMs: z.int().min(0).max(MAX_LEAD_MS) }),
    z.object({ kind: z.literal('stop') }),
    z.object({ kind: z.literal('progress'), benchId: id, ...progressSchema.shape }),
    z.object({ kind: z.literal('result'), benchId: id, ...resultSchema.shape }),
    z.object({ kind: z.literal('leave') }),
    z.object({ kind: z.literal('joined'), deviceId: id, name: deviceNameSchema }),
    z.object({ kind: z.literal('opened'), benchId: id }),
    z.object({ kind: z.literal('refused'), ...noticeFields }),
    z.object({ kind: z.literal('devices'), devices: boundedArray(deviceSchema, MAX_LISTED_DEVICES) }),
    z.object({ kind: z.literal('announced'), benchId: id, stream: streamNameSchema }),
    z.object({
      kind: z.literal('run'),
      benchId: id,
      stream: streamNameSchema,
      startTimeUs: instantUs,
      stopTimeUs: instantUs,
    }),
    z.object({
      kind: z.literal('over'),
      benchId: id,
      reason: z.string().max(MAX_NOTICE_CHARS).transform(toPrintable),
    }),
    z.object({ kind: z.literal('deviceProgress'), deviceId: id, ...progressSchema.shape }),
    z.object({ kind: z.literal('deviceResult'), deviceId: id, ...resultSchema.shape }),
  ])
  .refine((body) => !('latency' in body) || fitsHistograms(body), {
    path: ['latency'],
    message: `must have at most ${MAX_HISTOGRAM_CHARS} characters together with the other histograms`,
  });
