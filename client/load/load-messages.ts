/** What the main thread and its workers say to each other; all of it is plain data that can be cloned. */
import type { HistogramState } from '../../shared/histogram.js';
import type { ErrorCode } from '../../shared/errors.js';
import type { OwnThreadFigures } from '../trust/thread-watch.js';
import type { ClockRecord, Subject } from '../report/run-report-schema.js';
import type { CrowdOptions } from './crowd.js';
import type { BucketLayout } from './timeline-buckets.js';
import type { ClockAnchor } from './worker-clock.js';

/** What a worker starts with. */
export interface WorkerStart {
  readonly options: CrowdOptions;
  readonly anchor: ClockAnchor;
  readonly window: WindowOrder;
}

/** A session to be opened, `delayUs` after the order. */
export interface SessionOrder {
  readonly id: number;
  readonly name: string;
  /** Place in the list of targets. */
  readonly target: number;
  readonly delayUs: number;
}

/** A window, alike in all threads. */
export interface WindowOrder {
  readonly startUs: number;
  /** The buckets of what is measured together. */
  readonly buckets: BucketLayout;
  /** Those of single sessions, which may be wider. */
  readonly sessionBuckets: BucketLayout;
  /** Whether each session gives its histograms in full. */
  readonly histograms: boolean;
}

/** Orders, each answered by one `Answer` with its number. */
export type Order =
  /** Opens sessions; answered when each has a frame, or ended, or got none within `limitUs` after its turn. */
  | { readonly kind: 'open'; readonly sessions: readonly SessionOrder[]; readonly limitUs: number }
  | { readonly kind: 'drop'; readonly ids: readonly number[] }
  /** Begins a window at its time; answered then. */
  | { readonly kind: 'begin'; readonly window: WindowOrder }
  | { readonly kind: 'end' }
  | { readonly kind: 'close' };

export interface NumberedOrder {
  readonly number: number;
  readonly order: Order;
}

/** What a worker says: an answer, what happened in a second, or how its sessions are doing, before sessions are done with. */
export type FromWorker =
  | { readonly kind: 'states'; readonly states: readonly TargetStates[] }
  | {
      readonly kind: 'answer';
      readonly number: number;
      readonly figures: ThreadResult | null;
      /** Why the order could not be carried out, which is a defect; null where it was. */
      readonly error: ToldError | null;
    }
  | { readonly kind: 'second'; readonly second: SecondReport };

/** An error as it goes from one thread to another. */
export interface ToldError {
  readonly code: ErrorCode;
  readonly message: string;
}

/** How the sessions to one target are doing in one thread. */
export interface TargetStates {
  readonly target: number;
  readonly connected: number;
  readonly ended: number;
  readonly failed: number;
  readonly reconnecting: number;
  readonly lastError: ToldError | null;
}

/** The same with what they did in one second. */
export interface TargetSecond extends TargetStates {
  /** Of this second. */
  readonly frames: number;
  readonly bytes: number;
  readonly latenciesUs: Int32Array;
  /** Since the window began. */
  readonly lost: number;
  readonly skipped: number;
  readonly reconnects: number;
  readonly errorUs: number | null;
}

/** What happened in one second of a window, in one thread. */
export interface SecondReport {
  /** Which window, and which second of it. */
  readonly startUs: number;
  readonly second: number;
  /** Not the one that the end of the window cuts off. */
  readonly isWhole: boolean;
  readonly loopDelayP99Us: number;
  readonly targets: readonly TargetSecond[];
}

/** Everything that one thread measured of one target. */
export interface TargetResult {
  readonly target: number;
  readonly latency: HistogramState;
  readonly age: HistogramState;
  readonly stages: Readonly<Record<ServerStage, HistogramState>> | null;
  readonly firstFramesUs: readonly number[];
  readonly agesMaxUs: readonly (number | null)[];
  readonly ageBucketUs: number;
}

/** The stages that the protocol tells of. */
export const SERVER_STAGES = ['decode', 'process', 'queue', 'encode', 'publish', 'network'] as const;
export type ServerStage = (typeof SERVER_STAGES)[number];

/** Everything that was measured of one session. */
export interface SessionResult {
  readonly id: number;
  readonly target: number;
  /** Frames a second over the whole window, for sums. */
  readonly windowFps: number;
  readonly subject: Subject;
}

/** Everything that one thread measured in a window. */
export interface ThreadResult {
  readonly thread: OwnThreadFigures;
  readonly endUs: number;
  readonly sessions: readonly SessionResult[];
  readonly targets: readonly TargetResult[];
  readonly clocks: readonly ClockRecord[];
}
