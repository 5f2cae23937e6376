import type { StreamerError } from '../../shared/errors.js';

/** One picture as a probe saw it; times are microseconds since the epoch in the clock of this process. */
export interface ProbedPicture {
  /** When the whole picture was there, decoded where the path needs that (`delays` of the facts says what is in it). */
  readonly arrivalTimeUs: number;
  /** Its place on the sender's time line in microseconds of any origin; null where the path has none. */
  readonly mediaTimeUs: number | null;
  /** Bytes as they came over the network; null where only the total is known (`onBytes`). */
  readonly lengthBytes: number | null;
  readonly width: number;
  readonly height: number;
  /** Brightness, one byte a pixel, of the size given here (it may be scaled down); valid during the call only. Null: not decoded. */
  readonly luma: { readonly data: Uint8Array; readonly width: number; readonly height: number } | null;
  /** Capture time that the path itself carries (our protocol, `X-Timestamp`) and its error in microseconds; null without one. */
  readonly stated: { readonly captureTimeUs: number; readonly errorUs: number } | null;
  /** What there is to know about `arrivalTimeUs`; absent where it is just when the picture came. */
  readonly timing?: ArrivalTiming;
}

/**
 * `waited`: the picture was there before, while the path was still being opened. `if followed`: the end of the path may
 * have pushed it out, so that only a later picture shows that it came by itself. `paced`: we chose when.
 */
export type ArrivalTiming = 'waited' | 'if followed' | 'paced';

/** What a path turned out to be. */
export interface ProbeFacts {
  /** FFmpeg's name of the codec, such as `h264` or `mjpeg`. */
  readonly codec: string;
  /** Nominal frames a second; null while nobody says it. */
  readonly nominalFps: number | null;
  /** Parts of the measured time that do not belong to the network, in words: `FFmpeg: demuxing, decoding`. */
  readonly delays: readonly string[];
}

/** Where a reader of a path delivers; calls come in order and never after `stop`. */
export interface ProbeSink {
  onFacts(facts: ProbeFacts): void;
  onPicture(picture: ProbedPicture): void;
  /** Bytes came that belong to no picture yet, on paths where pictures do not say their length. */
  onBytes(lengthBytes: number): void;
  /** Pictures that did not come: the path itself says so (a gap in its sequence). */
  onLost(frames: number): void;
  /** A picture came that is broken or could not be decoded; it may come by `onPicture` all the same. */
  onCorrupt(): void;
  /** It came to its regular end, such as a file. */
  onEnd(): void;
  /** It broke, or could not be opened; it has stopped. It is opened anew with backoff by whoever started it. */
  onError(error: StreamerError): void;
}

/** One kind of path behind one interface. */
export interface ProbeReader {
  /** Connects and delivers. What goes wrong is told to `sink`, later than this returns. */
  start(sink: ProbeSink): ProbeRun;
}

/** A path that is being read. */
export interface ProbeRun {
  /** Ends it; resolves when its children and connections are gone. Idempotent. */
  stop(): Promise<void>;
}
