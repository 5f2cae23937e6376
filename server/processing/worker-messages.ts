import type { MessagePort } from 'node:worker_threads';
import type { ProcessorSpec } from '../pipeline/processor-spec.js';

/** What a worker is started with. */
export interface WorkerStart {
  /** A channel of their own, so that a processor's libraries, which may use the worker's, do not get into the way. */
  readonly port: MessagePort;
  readonly stream: string;
  readonly processors: readonly ProcessorSpec[];
  /** Only load the processors and say whether that worked; nothing is set up. */
  readonly isCheck: boolean;
}

/** RGB24 in memory that is handed over with the message. */
export interface PictureMessage {
  readonly data: ArrayBuffer;
  readonly width: number;
  readonly height: number;
}

export type MessageToWorker =
  | ({ readonly kind: 'frame'; readonly captureTimeUs: number; readonly sequence: number } & PictureMessage)
  | { readonly kind: 'close' };

/** One of the last three answers each frame; `spare` is memory of a picture that did not become this one's. */
export type MessageFromWorker =
  | { readonly kind: 'ready' }
  /** The processor `name` could not be loaded or set up. */
  | { readonly kind: 'broken'; readonly name: string; readonly message: string }
  | { readonly kind: 'log'; readonly line: string }
  | { readonly kind: 'closed' }
  | FrameAnswer;

export type FrameAnswer =
  | { readonly kind: 'picture'; readonly picture: PictureMessage; readonly spare: ArrayBuffer | null }
  | { readonly kind: 'dropped'; readonly spare: ArrayBuffer | null }
  | {
      readonly kind: 'failed';
      readonly name: string;
      readonly message: string;
      readonly picture: PictureMessage | null;
    };
