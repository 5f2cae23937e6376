import type { StreamEncoding, StreamState, TimeSource } from '../../shared/protocol/messages.js';

/** p50 and p99 of a quantity, in microseconds; null while nothing was measured. */
export interface Quantiles {
  readonly p50: number | null;
  readonly p99: number | null;
}

/** Names of the stages a frame passes, in order. */
export const STAGES = ['decode', 'process', 'queue', 'encode', 'publish', 'network', 'clientDecode'] as const;
export type Stage = (typeof STAGES)[number];

/** Distribution of latencies in microseconds. All but the counts are null while nothing was measured. */
export interface LatencyFigures {
  readonly count: number;
  readonly negative: number;
  readonly min: number | null;
  readonly p50: number | null;
  readonly p90: number | null;
  readonly p99: number | null;
  readonly p999: number | null;
  readonly max: number | null;
  readonly mean: number | null;
  readonly stddev: number | null;
  /** Bound of the error of every latency above: the largest of clock error plus what the frame declares. */
  readonly errorUs: number | null;
}

/** State of the clock estimate; null fields while there is no estimate. `offsetUs` is server clock minus ours. */
export interface ClockFigures {
  readonly offsetUs: number | null;
  readonly errorUs: number | null;
  readonly driftPpm: number | null;
  readonly rttUs: { readonly min: number | null; readonly p50: number | null };
}

/** One second of the recent past, for charts. `latencyP50Us`, `latencyP99Us` are null in a second without frames. */
export interface SecondFigures {
  /** Seconds since the run began. */
  readonly second: number;
  readonly frames: number;
  readonly bytes: number;
  readonly latencyP50Us: number | null;
  readonly latencyP99Us: number | null;
  readonly errorUs: number | null;
}

/** Bar of the latency histogram: `count` frames with `fromUs` <= latency < `toUs`. */
export interface HistogramBar {
  readonly fromUs: number;
  readonly toUs: number;
  readonly count: number;
}

/** What a stream is doing; `removed` is one that the server took away. */
export type ShownState = StreamState | 'removed';

/** Everything measured on one stream since the run began (or since the last reset). */
export interface StreamSnapshot {
  readonly id: number;
  readonly name: string;
  /** Pixels of the newest picture, or as announced before the first; 0 while not known. */
  readonly width: number;
  readonly height: number;
  /** Frames a second as announced; null while not known. */
  readonly nominalFps: number | null;
  readonly encoding: StreamEncoding;
  readonly state: ShownState;
  readonly reason: string | null;
  /** Where the capture time of the newest frame comes from, or will as announced. */
  readonly timeSource: TimeSource;
  /** How many of the received frames had each kind of capture time. */
  readonly timeSources: Readonly<Record<TimeSource, number>>;
  /** `kept` frames were sent from what the server keeps for late joiners; they are among none of the others. */
  readonly frames: {
    readonly received: number;
    readonly lost: number;
    readonly skipped: number;
    readonly corrupt: number;
    readonly kept: number;
  };
  readonly fps: { readonly mean: number; readonly min: number; readonly max: number; readonly current: number };
  readonly bytes: number;
  readonly throughputMbps: { readonly mean: number; readonly max: number; readonly current: number };
  readonly latencyUs: LatencyFigures;
  readonly ageUs: { readonly p50: number | null; readonly p99: number | null; readonly max: number | null };
  readonly jitterUs: Quantiles;
  readonly stagesUs: Readonly<Record<Stage, Quantiles>>;
  /** Whole seconds of the recent past, oldest first, at most 300. */
  readonly seconds: readonly SecondFigures[];
  /** Latency histogram for drawing, at most 64 bars, least first; the outer two hold the outliers too. */
  readonly bars: readonly HistogramBar[];
  /** What is known of a path that a probe measures beside that; absent for a stream of the protocol. */
  readonly probe?: ProbeFigures;
}

/** Where a probe has capture times from: the code in the pixels, or what the path says beside them. */
export const LATENCY_SOURCES = ['time code', 'protocol', 'X-Timestamp'] as const;
export type LatencySource = (typeof LATENCY_SOURCES)[number];

/** How often something happened, and for how long, in microseconds. */
export interface Episodes {
  readonly count: number;
  readonly totalUs: number;
  readonly longestUs: number;
}

/**
 * The code in the pixels: of which kind, in how many pictures it was read or not, how many came too fast to look, and,
 * where codes have stopped, how many came since the last one (else 0).
 */
export interface TimeCodeFigures {
  readonly kind: 'capture' | 'media' | null;
  readonly read: number;
  readonly unread: number;
  readonly undecoded: number;
  readonly sinceLast: number;
}

/** What a probe knows of a path. */
export interface ProbeFigures {
  /** The address without its secrets. */
  readonly url: string;
  /** FFmpeg's name of the codec; null while not known. */
  readonly codec: string | null;
  /** What the latency has in it beside the network, in words. */
  readonly delays: readonly string[];
  /** What `latencyUs` is measured by; null while there is no capture time. */
  readonly latencySource: LatencySource | null;
  /** By what the path says, where the pictures carry a code too; null where they do not, or it says nothing. */
  readonly statedLatencyUs: LatencyFigures | null;
  /** From the beginning to connect to the first picture; null before it. */
  readonly firstFrameUs: number | null;
  /** From the beginning to connect to the regular end, as that of a file; null where there was none. */
  readonly endedAfterUs: number | null;
  /** Pictures that waited while FFmpeg opened the stream: received, but in no figure of time or rate. */
  readonly opening: number;
  readonly timeCode: TimeCodeFigures;
  /** Pictures that showed the same as the one before. */
  readonly repeated: number;
  /** Pictures that came after a later one. */
  readonly outOfOrder: number;
  /** Pictures that came more than two periods after the one before. */
  readonly arrivalGaps: Episodes;
  /** Leaps of the sender's time line by more than one and a half periods, and the pictures they stand for. */
  readonly mediaGaps: { readonly count: number; readonly frames: number };
  /** Times in which nothing new was to be seen, for whatever reason; an outage is none. */
  readonly freezes: Episodes;
  readonly resolutionChanges: number;
  readonly reconnects: number;
  readonly outageUs: number;
}

/** The latencies of a stream in full, as HdrHistograms (V2, compressed, base64) in microseconds. */
export interface EncodedHistograms {
  /** Latencies from 0 on. */
  readonly latency: string;
  /** Magnitudes of the negative latencies; null when there are none. */
  readonly latencyNegative: string | null;
}

/** What the connection is doing. */
export type ConnectionState = 'connecting' | 'connected' | 'reconnecting' | 'closed';

/** The whole measurement at one moment: a plain object, the only thing that screens and reports see. */
export interface Snapshot {
  readonly server: string;
  readonly state: ConnectionState;
  /** Why the connection is down, or the last thing the server said; null when there is nothing to say. */
  readonly notice: string | null;
  readonly startedAtUs: number;
  readonly durationMs: number;
  readonly reconnects: number;
  readonly outageMs: number;
  readonly clock: ClockFigures;
  readonly streams: readonly StreamSnapshot[];
}
