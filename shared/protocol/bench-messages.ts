/**
 * Bodies of the BENCH message: a benchmark of several devices, which the server coordinates over the connections that
 * carry the frames. One session opens it and is its coordinator; others join it as devices. The server sets one window in
 * its own clock, tells everybody, and passes on to the coordinator what devices say. docs/protocol.md is the specification.
 *
 * A device measures the frames whose capture time lies in [startTimeUs, stopTimeUs), so that all devices measure the same
 * frames. It reports at most once a second while it measures, and its result within five seconds after the window. Only a
 * server that lists `bench` in `features` of its WELCOME knows the message; nobody else may be sent one.
 *
 * A device, in short: after WELCOME `join`; on `announced` be subscribed to that stream, if need be over a new connection
 * (HELLO with it, then `join` again with the same name and key); on `run` measure, also when it comes a second time with
 * another `stopTimeUs`; on `over` forget the benchmark; send `result` when the window is over.
 */

/** What a device runs in. */
export const DEVICE_PLATFORMS = ['node', 'browser', 'python', 'other'] as const;
export type DevicePlatform = (typeof DEVICE_PLATFORMS)[number];

/** In `features` of a WELCOME: this server knows BENCH. */
export const BENCH_FEATURE = 'bench';
/** Devices of one benchmark at most, those that left it among them. */
export const MAX_DEVICES = 256;
/** Longest name of a device, in UTF-16 code units; all printable, as in a HELLO. */
export const MAX_DEVICE_NAME_CHARS = 64;
/** A window is at least and at most this long. */
export const MIN_BENCH_MS = 1000;
export const MAX_BENCH_MS = 24 * 60 * 60 * 1000;
/** A window begins at most this long after it was asked for. */
export const MAX_LEAD_MS = 60_000;
/** Devices in one `devices` at most; so many of the longest names fit a message. */
export const MAX_LISTED_DEVICES = 128;
/** Characters of all four histograms of a result together at most; with the longest timeline they fit a message. */
export const MAX_HISTOGRAM_CHARS = 48 * 1024;
/** Longest delay of its own that a device can tell: the longest value of a histogram, an hour. */
export const MAX_OWN_DELAY_US = 3_600_000_000;
/** Buckets of a timeline at most. */
export const MAX_TIMELINE_BUCKETS = 240;
/** Longest text that a device says of itself. */
export const MAX_ABOUT_CHARS = 200;
/** A client that sends more BENCH messages within a second is disconnected. */
export const MAX_BENCH_MESSAGES_PER_SECOND = 20;

/** What a client says. */
export type BenchRequest =
  /**
   * Be a device. A benchmark need not be open yet: the server keeps the device for the next one. `key` is 16 to 64 random
   * letters and digits that the device makes up once: who comes with name and key of a device that is there, or that left
   * the present benchmark, takes its place (the same id), as after a connection that only the device knows to be lost.
   */
  | { readonly kind: 'join'; readonly name: string; readonly platform: DevicePlatform; readonly key: string }
  /** Open a benchmark and be its coordinator; a server has one at a time. */
  | { readonly kind: 'open'; readonly durationMs: number; readonly stream: string }
  /** Of the coordinator: the window begins `leadMs` from now. */
  | { readonly kind: 'start'; readonly leadMs: number }
  /** Of the coordinator: the window ends now. Before it began this ends the benchmark. */
  | { readonly kind: 'stop' }
  | ({ readonly kind: 'progress'; readonly benchId: number } & DeviceProgress)
  /** Once for each benchmark. */
  | ({ readonly kind: 'result'; readonly benchId: number } & DeviceResult)
  /** Of a device: it takes part no more. Of the coordinator: it has all that it needs, the benchmark is over. */
  | { readonly kind: 'leave' };

/** What the server says. */
export type BenchNotice =
  /** To a device: it is kept under this id. `name` is the one it asked for, made unique. */
  | { readonly kind: 'joined'; readonly deviceId: number; readonly name: string }
  /** To the coordinator: the benchmark is open. */
  | { readonly kind: 'opened'; readonly benchId: number }
  /** To a session whose request cannot be met; the connection stays. */
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }
  /** To the coordinator, a few times a second at most: the devices that changed since it was told the last time. */
  | { readonly kind: 'devices'; readonly devices: readonly BenchDevice[] }
  /** To devices, when a benchmark is opened and when they join an open one: its window will be set later. */
  | { readonly kind: 'announced'; readonly benchId: number; readonly stream: string }
  /** To everybody: the window, also to a device that joins while it lasts; again when the coordinator stops it early. */
  | {
      readonly kind: 'run';
      readonly benchId: number;
      readonly stream: string;
      readonly startTimeUs: number;
      readonly stopTimeUs: number;
    }
  /** To everybody: the benchmark is over, and why; devices stay for the next one. */
  | { readonly kind: 'over'; readonly benchId: number; readonly reason: string }
  /** To the coordinator: what a device said. Progress is left out for a coordinator that does not read fast enough. */
  | ({ readonly kind: 'deviceProgress'; readonly deviceId: number } & DeviceProgress)
  | ({ readonly kind: 'deviceResult'; readonly deviceId: number } & DeviceResult);

/** Body of a BENCH message; no kind goes both ways. */
export type BenchBody = BenchRequest | BenchNotice;

/** A device as the coordinator sees it; times in the server's clock. */
export interface BenchDevice {
  readonly id: number;
  readonly name: string;
  readonly platform: DevicePlatform;
  /** When it came the first time. */
  readonly joinedTimeUs: number;
  /** Null while it is there. */
  readonly leftTimeUs: number | null;
}

/** How a device is doing: of the window so far. */
export interface DeviceProgress {
  readonly frames: number;
  readonly latencyP50Us: number | null;
  readonly latencyP99Us: number | null;
  readonly clockErrorUs: number | null;
}

/** What a device measured in the window. Histograms are HdrHistograms (V2, compressed, base64) of microseconds. */
export interface DeviceResult {
  /** What it measured of the window, in the server's clock; a late one began after the start. */
  readonly fromTimeUs: number;
  readonly toTimeUs: number;
  readonly received: number;
  readonly lost: number;
  readonly skipped: number;
  readonly corrupt: number;
  /** Of FRAME messages, with their prefix. */
  readonly bytes: number;
  /** Connections that it lost in the window, and how long it was without one, in all. */
  readonly reconnects: number;
  readonly outageMs: number;
  /** Latencies of the frames received, less those that came without a clock. */
  readonly latency: string;
  /** Magnitudes of the latencies below zero; null for none, here and below. */
  readonly latencyNegative: string | null;
  /** Age of the newest frame, sampled at the stream's rate; null where the device does not measure it. */
  readonly age: string | null;
  readonly ageNegative: string | null;
  readonly clock: {
    readonly offsetUs: number | null;
    /** Bound of the error of the latencies: the largest of the clock and of the frame together in the window. */
    readonly errorUs: number | null;
    readonly driftPpm: number | null;
    readonly rttMinUs: number | null;
    readonly rttP50Us: number | null;
  };
  /** How late its own timers were in the window, at p99; it is in every latency. Missing where it is not known. */
  readonly ownDelayP99Us?: number | undefined;
  /** Frames by capture time from `startTimeUs` on, in buckets of whole seconds; null where it is not kept. */
  readonly timeline: DeviceTimeline | null;
  /** What the device says of itself: `Chrome on Android`, `Python 3.11`. */
  readonly about: string;
}

/** All arrays have an entry for each bucket. */
export interface DeviceTimeline {
  readonly bucketMs: number;
  readonly frames: readonly number[];
  readonly latencyP50Us: readonly (number | null)[];
  readonly latencyP99Us: readonly (number | null)[];
}

const REQUEST_KINDS: ReadonlySet<string> = new Set([
  'join',
  'open',
  'start',
  'stop',
  'progress',
  'result',
  'leave',
] satisfies BenchRequest['kind'][]);

/** Whether a client may say this. */
export function isBenchRequest(body: BenchBody): body is BenchRequest {
  return REQUEST_KINDS.has(body.kind);
}
