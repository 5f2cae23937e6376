/**
 * The messages of wire protocol version 1; docs/protocol.md is the specification. Pure types and numbers: how they
 * become bytes is in codec.ts, how bytes become messages in parser.ts.
 */
import type { BenchBody } from './bench-messages.js';

export const PROTOCOL_VERSION = 1;

/** Type byte of each message. A receiver skips a type it does not know. */
export const MessageType = {
  HELLO: 1,
  WELCOME: 2,
  FRAME: 3,
  ACK: 4,
  PING: 5,
  PONG: 6,
  STATS: 7,
  STREAM: 8,
  ERROR: 9,
  BYE: 10,
  CREDIT: 11,
  SKIPPED: 12,
  BENCH: 13,
} as const;
export type MessageType = (typeof MessageType)[keyof typeof MessageType];

/** Bytes of a message before its body: the length (u32) and the type (u8). */
export const PREFIX_BYTES = 5;
/** Bytes of a FRAME body before the JPEG. */
export const FRAME_HEADER_BYTES = 50;
/** Largest JPEG a FRAME may carry. */
export const MAX_JPEG_BYTES = 32 * 1024 * 1024;

/**
 * Greatest body length of each type, in bytes, checked before anything is buffered. What a client sends is small, so
 * that a server holds at most 64 KiB of unfinished message for each connection.
 */
export const MAX_BODY_BYTES: Readonly<Record<MessageType, number>> = {
  [MessageType.HELLO]: 16 * 1024,
  [MessageType.WELCOME]: 1024 * 1024,
  [MessageType.FRAME]: FRAME_HEADER_BYTES + MAX_JPEG_BYTES,
  [MessageType.ACK]: 10,
  [MessageType.PING]: 8,
  [MessageType.PONG]: 24,
  [MessageType.STATS]: 64 * 1024,
  [MessageType.STREAM]: 16 * 1024,
  [MessageType.ERROR]: 4 * 1024,
  [MessageType.BYE]: 4 * 1024,
  [MessageType.CREDIT]: 4,
  [MessageType.SKIPPED]: 18,
  [MessageType.BENCH]: 64 * 1024,
};
/** Greatest body length of a message whose type is not known and which is therefore skipped. */
export const MAX_UNKNOWN_BODY_BYTES = 64 * 1024;

/** Most streams a WELCOME or a STATS may list; so many of the longest values still fit a WELCOME. */
export const MAX_STREAMS = 1024;
/** Most features a WELCOME may list, and the longest name of one. */
export const MAX_FEATURES = 32;
export const MAX_FEATURE_CHARS = 32;
/** Longest reason for how a stream is encoded. */
export const MAX_REASON_CHARS = 200;
/** Longest sentence in an ERROR, BYE or STREAM; at three bytes of UTF-8 each it always fits a Notice's 4 KiB. */
export const MAX_NOTICE_CHARS = 1024;

/** Where a capture time comes from: our own schedule, the arrival of the bytes, or the source's own clock. */
export const TIME_SOURCES = ['schedule', 'arrival', 'source'] as const;
export type TimeSource = (typeof TIME_SOURCES)[number];

/** Format of the picture in a FRAME. */
export const FrameFormat = { JPEG: 1 } as const;

/** Bits of `flags` in a FRAME. */
export const FrameFlag = {
  /** Sent from what the server keeps for late joiners: it was not on its way all that time, so its age is no latency. */
  KEPT: 1,
} as const;

/** What happens to a stream's frames when a client cannot take them all (`queue:N` keeps N, 1 to 1000). */
export type Policy = 'latest' | 'every' | `queue:${number}`;

/** One stream a client asks for. Without `stream` the server's first one, with `*` every one, later ones too. */
export interface Subscription {
  readonly stream?: string | undefined;
  readonly policy?: Policy | undefined;
  readonly maxFps?: number | undefined;
}

/** First message of a client. */
export interface Hello {
  readonly version: number;
  readonly name: string;
  readonly token?: string | undefined;
  readonly subscriptions: readonly Subscription[];
}

/**
 * What a stream is doing. `live`, `degraded` (too few frames), `silent` (connected, nothing comes), `frozen` (the same
 * picture again and again) and `clock-jump` (the source's clock leapt) are a connected source; `offline` is tried again.
 */
export const STREAM_STATES = [
  'idle',
  'connecting',
  'live',
  'degraded',
  'silent',
  'frozen',
  'clock-jump',
  'offline',
  'ended',
] as const;
export type StreamState = (typeof STREAM_STATES)[number];

/** How a stream's JPEGs come about: the source's own, byte for byte, or encoded here; `reason` says why in words. */
export const ENCODING_MODES = ['pass-through', 'encoded', 'unknown'] as const;
export interface StreamEncoding {
  readonly mode: (typeof ENCODING_MODES)[number];
  readonly reason: string;
}

/**
 * A stream as a client sees it. `id` is what FRAME, ACK, CREDIT and SKIPPED carry; `startTimeUs` is when sequence 0 was
 * due. A live source that was not reached yet has width, height and fps 0; they come with a STREAM message.
 */
export interface StreamInfo {
  readonly id: number;
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly fps: number;
  readonly timeSource: TimeSource;
  readonly startTimeUs: number;
  readonly encoding: StreamEncoding;
  readonly state: StreamState;
}

/**
 * Answer to HELLO. `subscribed` holds the ids of the streams whose frames will come; `features` are names of what the
 * server knows beyond the first form of this version, such as `bench`.
 */
export interface Welcome {
  readonly version: number;
  readonly sessionId: string;
  readonly statsIntervalMs: number;
  readonly streams: readonly StreamInfo[];
  readonly subscribed: readonly number[];
  readonly features?: readonly string[] | undefined;
}

/** A code with a sentence: the body of ERROR and BYE, and the reason inside STREAM. */
export interface Notice {
  readonly code: string;
  readonly message: string;
}

/** What happened to a stream. */
export const STREAM_EVENTS = ['appeared', 'changed', 'down', 'up', 'ended', 'removed'] as const;
export interface StreamChange {
  readonly event: (typeof STREAM_EVENTS)[number];
  readonly stream: StreamInfo;
  readonly reason?: Notice | undefined;
}

/** What a client measured in one interval of one stream; `latency` is an HdrHistogram (V2, compressed, base64) in microseconds. */
export interface StreamStats {
  readonly streamId: number;
  readonly received: number;
  readonly lost: number;
  readonly skipped: number;
  readonly corrupt: number;
  readonly bytes: number;
  readonly latency?: string | undefined;
}

/** A client's report of one interval. */
export interface Stats {
  readonly intervalMs: number;
  readonly clock?: { readonly offsetUs: number; readonly errorUs: number } | undefined;
  readonly streams: readonly StreamStats[];
}

/**
 * Header of a frame. Times are microseconds: `captureTimeUs` since the epoch in the server's clock, the offsets from
 * there to each later stage (0 when a stage was over before the frame was due; saturating at 2^32 - 1).
 * `clockErrorUs` bounds how far captureTimeUs may be off from the clock of the server that sends it. `flags` are the
 * bits of `FrameFlag`.
 */
export interface FrameHeader {
  readonly streamId: number;
  readonly format: number;
  readonly timeSource: TimeSource;
  readonly sequence: number;
  readonly captureTimeUs: number;
  readonly decodedOffsetUs: number;
  readonly processedOffsetUs: number;
  readonly encodeStartOffsetUs: number;
  readonly encodedOffsetUs: number;
  readonly publishedOffsetUs: number;
  readonly clockErrorUs: number;
  readonly width: number;
  readonly height: number;
  readonly flags: number;
}

/**
 * What a JPEG is held in: a Buffer in Node, which browsers do not have. Asked of the surroundings, so that each side has
 * its own without a parameter on every type.
 */
type JpegBytes = typeof globalThis extends { Buffer: { isBuffer(value: unknown): value is infer B } } ? B : Uint8Array;

/** One decoded message; `t0` to `t2` are microseconds, each in the clock of the peer that took it. */
export type Message =
  | { readonly type: typeof MessageType.HELLO; readonly body: Hello }
  | { readonly type: typeof MessageType.WELCOME; readonly body: Welcome }
  | { readonly type: typeof MessageType.FRAME; readonly header: FrameHeader; readonly jpeg: JpegBytes }
  | { readonly type: typeof MessageType.ACK; readonly streamId: number; readonly sequence: number }
  | { readonly type: typeof MessageType.PING; readonly t0Us: number }
  | { readonly type: typeof MessageType.PONG; readonly t0Us: number; readonly t1Us: number; readonly t2Us: number }
  | { readonly type: typeof MessageType.STATS; readonly body: Stats }
  | { readonly type: typeof MessageType.STREAM; readonly body: StreamChange }
  | { readonly type: typeof MessageType.ERROR; readonly body: Notice }
  | { readonly type: typeof MessageType.BYE; readonly body: Notice }
  | { readonly type: typeof MessageType.CREDIT; readonly streamId: number; readonly ackEvery: number }
  | {
      readonly type: typeof MessageType.SKIPPED;
      readonly streamId: number;
      readonly first: number;
      readonly last: number;
    }
  | { readonly type: typeof MessageType.BENCH; readonly body: BenchBody };
