/**
 * Bodies of the BENCH message: a benchmark of several devices, which the server coordinates over the connections that
 * carry the frames. One session opens it and is its coordinator; others join it as devices. The server sets one window in
 * its own clock, tells everybody, and passes on to the coordinator what devices say. docs/protocol.md is the specification.
 *
 * A device measures the frames whose capture time lies in [startTimeUs, stopTimeUs), so that all devices measure the same
 * frames. It reports at most once a second while it measures, and its result within five seconds after the window.
 */

/** What a device runs in. */
export const DEVICE_PLATFORMS = ['node', 'browser', 'python', 'other'] as const;
export type DevicePlatform = (typeof DEVICE_PLATFORMS)[number];

/** Devices of one benchmark at most. */
export const MAX_DEVICES = 256;
/** A window is at least and at most this long. */
export const MIN_BENCH_MS = 1000;
export const MAX_BENCH_MS = 24 * 60 * 60 * 1000;

/** What a client says. */
export type BenchRequest =
  /** Be a device. A benchmark need not be open yet: the server keeps the device for the next one. */
  | { readonly kind: 'join'; readonly name: string; readonly platform: DevicePlatform }
  /** Open a benchmark and be its coordinator; a server has one at a time. */
  | { readonly kind: 'open'; readonly durationMs: number; readonly stream: string }
  /** Of the coordinator: the window begins `leadMs` from now. */
  | { readonly kind: 'start'; readonly leadMs: number }
  /** Of the coordinator: the window ends now. */
  | { readonly kind: 'stop' }
  | ({ readonly kind: 'progress'; readonly benchId: number } & DeviceProgress)
  | ({ readonly kind: 'result'; readonly benchId: number } & DeviceResult)
  /** Of a device: it takes part no more. */
  | { readonly kind: 'leave' };

/** What the server says. */
export type BenchNotice =
  /** To a device: it is kept under this id. `name` is the one it asked for, made unique. */
  | { readonly kind: 'joined'; readonly deviceId: number; readonly name: string }
  /** To the coordinator: the benchmark is open. */
  | { readonly kind: 'opened'; readonly benchId: number }
  /** To a session whose request cannot be met; the connection stays. */
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }
  /** To the coordinator, whenever one of them changes. */
  | { readonly kind: 'devices'; readonly devices: readonly BenchDevice[] }
  /** To everybody: the window, also to a device that joins while it lasts. */
  | {
      readonly kind: 'run';
      readonly benchId: number;
      readonly stream: string;
      readonly startTimeUs: number;
      readonly stopTimeUs: number;
    }
  /** To devices: the benchmark is over, and why; they stay for the next one. */
  | { readonly kind: 'over'; readonly benchId: number; readonly reason: string }
  /** To the coordinator: what a device said. */
  | ({ readonly kind: 'deviceProgress'; readonly deviceId: number } & DeviceProgress)
  | ({ readonly kind: 'deviceResult'; readonly deviceId: number } & DeviceResult);

/** A device as the coordinator sees it; times in the server's clock. */
export interface BenchDevice {
  readonly id: number;
  readonly name: string;
  readonly platform: DevicePlatform;
  readonly joinedTimeUs: number;
  /** Null while it is there. */
  readonly leftTimeUs: number | null;
}

/** How a device is doing. */
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
  readonly bytes: number;
  readonly reconnects: number;
  readonly latency: string;
  readonly latencyNegative: string | null;
  readonly age: string | null;
  readonly ageNegative: string | null;
  readonly clock: {
    readonly offsetUs: number | null;
    /** The largest in the window. */
    readonly errorUs: number | null;
    readonly driftPpm: number | null;
    readonly rttMinUs: number | null;
    readonly rttP50Us: number | null;
  };
  /** What the device says of itself, at most 200 characters: `Chrome on Android`, `Python 3.11`. */
  readonly about: string;
}
