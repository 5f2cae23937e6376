import type { RunKind, Subject } from '../report/run-report-schema.js';

/** A run as it is compared, whichever command wrote it. */
export interface ComparedRun {
  readonly file: string;
  readonly kind: RunKind | 'watch' | 'probe';
  readonly startedAt: string;
  readonly windowMs: number;
  /** Why its figures are not to be used; empty for a valid run. */
  readonly invalid: readonly string[];
  /** Ended by the user before its time. */
  readonly isInterrupted: boolean;
  /** Null where the file does not say it. */
  readonly machine: { readonly cpu: string; readonly cores: number; readonly memoryMiB: number } | null;
  /** Whether the server was on the same machine; null where it is not known. */
  readonly isServerHere: boolean | null;
  /** Everything together, where adding up means something. */
  readonly total: Subject | null;
  /** What has a name: targets, streams, cameras, devices. */
  readonly subjects: readonly Subject[];
  /** Sizes of the pictures, such as `1280x720`, as far as they are known. */
  readonly sizes: readonly string[];
  /** CPU of the server over time, in percent of a core; empty where it was not asked. */
  readonly serverCpu: readonly number[];
  /** What a run of `capacity` found; null for any other one. */
  readonly capacity: {
    readonly unit: string;
    readonly objective: string;
    readonly from: number;
    /** Null: no limit was found. */
    readonly to: number | null;
  } | null;
}
