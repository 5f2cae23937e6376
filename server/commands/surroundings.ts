import type { Clock } from '../../shared/clock.js';
import type { ProcessFigures } from '../process-figures.js';
import type { StandardInput } from '../sources/standard-input.js';

/** Where a command writes for people. */
export interface TextOutput {
  readonly isTTY: boolean;
  /** Columns of the terminal; 80 where it is none. */
  readonly columns: number;
  /** Lines of the terminal; 24 where it is none. */
  readonly rows: number;
  write(text: string): void;
}

/** What a command of the server takes from its process; only main.ts makes one. */
export interface Surroundings {
  readonly clock: Clock;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: StandardInput;
  readonly stdout: TextOutput;
  readonly stderr: TextOutput;
  /** Resolves with the signal that asks to stop; a second signal ends the process at once. */
  readonly stopRequest: Promise<NodeJS.Signals>;
  /** What is called for SIGHUP; without it the signal asks to stop. */
  onHangup(action: () => void): void;
  /** Ends the process with 0 when it still runs after so long. */
  endWithin(limitMs: number): void;
  /** What the system says of this process. */
  processFigures(): ProcessFigures;
}
