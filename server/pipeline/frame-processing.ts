/** A raw picture on its way through the processors; times are microseconds since the epoch. */
export interface PictureToProcess {
  /** RGB24. The memory is handed over with the call: whoever made the call must not touch it any more. */
  readonly data: Buffer;
  readonly width: number;
  readonly height: number;
  readonly captureTimeUs: number;
  readonly sequence: number;
}

/**
 * What became of a picture. `data` of a `picture` is its new memory, processed or, where a processor failed, as it
 * was; `dropped` says that a processor wants it left out; `lost` that it went down with its worker. `spare` is memory
 * that came back and is not the picture's, for the pool.
 */
export type ProcessingOutcome =
  | {
      readonly kind: 'picture';
      readonly data: Buffer;
      readonly width: number;
      readonly height: number;
      readonly spare: Buffer | null;
    }
  | { readonly kind: 'dropped'; readonly spare: Buffer | null }
  | { readonly kind: 'lost' };

/** The processors of one stream, in order, off the main thread. */
export interface FrameProcessing {
  /** Whether they work at present; while they do not (a restart is due), frames go on without them. */
  readonly isActive: boolean;
  /** Takes one picture; call it only when the one before is done. Never rejects. */
  process(picture: PictureToProcess): Promise<ProcessingOutcome>;
  /** Ends the worker; resolves when it is gone. */
  close(): Promise<void>;
}
