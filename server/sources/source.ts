import type { TimeSource } from '../../shared/protocol/messages.js';
import type { StreamerError } from '../../shared/errors.js';

/** A decoded frame on its way from a source into the pipeline. */
export interface RawFrame {
  /** RGB24, width * height * 3 bytes; it belongs to a pool, so nobody may touch it after `release`. */
  readonly data: Buffer;
  readonly width: number;
  readonly height: number;
  readonly sequence: number;
  /** Microseconds since the epoch. */
  readonly captureTimeUs: number;
  /** When the picture was complete; may lie before `captureTimeUs` where a paced source reads ahead. */
  readonly decodedTimeUs: number;
  /** Bound of the error of `captureTimeUs`. */
  readonly clockErrorUs: number;
  /** Gives the buffer back; call it exactly once. */
  readonly release: () => void;
}

/** What a source tells about itself before it runs. */
export interface SourceInfo {
  readonly width: number;
  readonly height: number;
  readonly fps: number;
  readonly timeSource: TimeSource;
  /** When sequence 0 was due, in microseconds since the epoch. */
  readonly startTimeUs: number;
}

/** Where a running source delivers; calls come in order and never after `stop` was called. */
export interface SourceSink {
  onFrame(frame: RawFrame): void;
  /** The frames `first` to `last` will not come because the server was late: a gap of its own choice. */
  onDrop(first: number, last: number): void;
  /** The source came to its end. */
  onEnd(): void;
  /** The source broke; it has stopped. */
  onError(error: StreamerError): void;
}

/** One kind of input behind one interface; started on demand and again after each failure. */
export interface Source {
  readonly info: SourceInfo;
  /** When the source ends by itself, in microseconds since the epoch; null when it never does. */
  readonly endTimeUs: number | null;
  /** Begins to deliver to `sink` at the current place of the timeline. */
  start(sink: SourceSink): SourceRun;
}

/** A source that runs. */
export interface SourceRun {
  /** Ends it; resolves when its children are gone. Idempotent. */
  stop(): Promise<void>;
}
