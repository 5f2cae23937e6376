import type { StreamEncoding, TimeSource } from '../../shared/protocol/messages.js';
import type { StreamerError } from '../../shared/errors.js';

/** What every frame of a source says of itself; times are microseconds since the epoch in the server's clock. */
interface FrameFacts {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  readonly sequence: number;
  readonly captureTimeUs: number;
  readonly timeSource: TimeSource;
  /** Bound of the error of `captureTimeUs`. */
  readonly clockErrorUs: number;
  /** When the picture was complete; may lie before `captureTimeUs` where a paced source reads ahead. */
  readonly decodedTimeUs: number;
}

/** A decoded frame on its way from a source into the pipeline. */
export interface RawFrame extends FrameFacts {
  readonly kind: 'raw';
  /** RGB24, width * height * 3 bytes; it belongs to a pool, so nobody may touch it after `release`. */
  readonly data: Buffer;
  /**
   * Gives the buffer back; call it exactly once. A buffer that went through a worker comes back as another one, which
   * is given here; null says that it is gone for good.
   */
  readonly release: (replacement?: Buffer | null) => void;
}

/** A frame that is a JPEG already, complete with its Huffman tables; its bytes belong to nobody else. */
export interface JpegFrame extends FrameFacts {
  readonly kind: 'jpeg';
  readonly data: Buffer;
}

export type SourceFrame = RawFrame | JpegFrame;

/** What is known of a source. Before a live one was first reached that is little: 0 and null stand for unknown. */
export interface SourceInfo {
  readonly width: number;
  readonly height: number;
  /** Nominal frames per second: declared by the source, asked of it, or learned from what it sent. */
  readonly fps: number;
  readonly timeSource: TimeSource;
  /** FFmpeg's name of the codec, such as `h264` or `mjpeg`. */
  readonly codec: string | null;
  /** Whether its JPEGs can go out as they are, and why, as `chooseEncoding` says of the source's own size and codec. */
  readonly encoding: StreamEncoding;
  /** Whether its own video comes beside the frames, where that was asked for; left out while that is not known. */
  readonly offersPackets?: boolean;
  /** Microseconds since the epoch: when sequence 0 was due, or when a live source was made. */
  readonly startTimeUs: number;
}

/** Where a running source delivers; calls come in order and never after `stop` was called. */
export interface SourceSink {
  /** The source is connected and says what it is, or says that this changed; before the first frame it is about. */
  onInfo(info: SourceInfo): void;
  onFrame(frame: SourceFrame): void;
  /** Bytes of the source's own video as MPEG-TS, where that was asked for; `isStart` on the first of a transport stream. */
  onPackets?(bytes: Buffer, isStart: boolean): void;
  /** The frames `first` to `last` will not come because the server was late: a gap of its own choice. */
  onDrop(first: number, last: number): void;
  /** Something worth a line in the log, such as a clock that is wrong or a codec that changed. */
  onWarning(error: StreamerError): void;
  /** The source came to its end. */
  onEnd(): void;
  /** The source broke; it has stopped, as if `stop` had been called. */
  onError(error: StreamerError): void;
}

/** One kind of input behind one interface; started on demand and again after each failure, never twice at once. */
export interface Source {
  /** What is known before it runs. */
  readonly info: SourceInfo;
  /** Whether it comes in its own time: then silence, stillness and a low rate say something about it. */
  readonly isLive: boolean;
  /** When the source ends by itself, in microseconds since the epoch; null when it never does. */
  readonly endTimeUs: number | null;
  /**
   * Begins to deliver to `sink`: a paced source at the current place of its timeline, a live one with frame
   * `nextSequence`. What goes wrong is told to `sink`, later than this returns.
   */
  start(sink: SourceSink, nextSequence: number): SourceRun;
}

/** A source that runs. */
export interface SourceRun {
  /** Ends it; resolves when its children and connections are gone. Idempotent. */
  stop(): Promise<void>;
}
