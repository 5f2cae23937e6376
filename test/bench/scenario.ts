import type { FfmpegBinaries } from '../../shared/ffmpeg/ffmpeg-binary.js';
import type { Children } from './children.js';
import type { Table } from './table.js';

/** What a scenario works with. */
export interface BenchContext {
  /** Shorter runs: good enough to see that everything works, not to quote. */
  readonly quick: boolean;
  readonly children: Children;
  /** A folder of this run, removed at its end. */
  readonly folder: string;
  readonly ffmpeg: FfmpegBinaries;
  /** Whether GStreamer is installed; without it the columns that compare with it stay empty. */
  readonly hasGstreamer: boolean;
  /** Tells the person who waits what is going on. */
  readonly say: (line: string) => void;
}

/** A figure that has to be reached; `measured` is null where it could not be measured. */
export interface Bar {
  readonly name: string;
  readonly measured: number | null;
  readonly relation: '<' | '<=' | '>=';
  readonly limit: number;
  readonly unit: string;
}

/** What a scenario found. */
export interface ScenarioResult {
  readonly tables: readonly Table[];
  readonly bars: readonly Bar[];
  /** Sentences that belong beside the tables: how to read them, what was left out and why. */
  readonly notes: readonly string[];
  /** Everything measured, as it was measured. */
  readonly figures: unknown;
}

/** One question that the benchmark answers. */
export interface Scenario {
  readonly name: string;
  readonly title: string;
  run(context: BenchContext): Promise<ScenarioResult>;
}

/** Whether a bar is reached; null where it was not measured. */
export function isMet({ measured, relation, limit }: Bar): boolean | null {
  if (measured === null) return null;
  if (relation === '<') return measured < limit;
  return relation === '<=' ? measured <= limit : measured >= limit;
}
