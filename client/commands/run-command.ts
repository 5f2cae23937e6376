import type { Clock } from '../../shared/clock.js';
import type { Logger } from '../../shared/logger.js';
import type { RunReport } from '../report/run-report-schema.js';
import type { RunOutput } from '../report/run-output.js';
import type { ProgressView } from '../ui/progress.js';

/**
 * A command that measures for a while and makes a report: `load`, `cameras`, `capacity`, `bench`, `chaos`, `compare`. Each
 * is a function from its surroundings to the report; showing progress, writing files and exit codes are the same for all.
 */
export interface RunCommand {
  readonly kind: 'run';
  /** The subcommand, such as `load`. */
  readonly name: string;
  readonly output: RunOutput;
  /**
   * Runs to its end, or until `stopRequest`: then it ends early and reports what it has. Null where the user stopped it
   * before anything had begun to be measured, which is no failure.
   *
   * @throws {StreamerError} when it could not begin, so that there is nothing to report.
   */
  run(parts: RunParts): Promise<RunReport | null>;
}

/** What a run takes from its surroundings. */
export interface RunParts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly view: ProgressView;
  /** Resolves when the user asks to stop. */
  readonly stopRequest: Promise<unknown>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** As it was given, without node and script; not redacted yet. */
  readonly commandLine: readonly string[];
}

/** What the verdict of a report makes of the exit code; a run that a user ended early and that did not fail gives 0. */
export const VERDICT_EXIT_CODES = { pass: 0, done: 0, fail: 1, invalid: 3 } as const;
