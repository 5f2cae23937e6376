import { checkoutCommit } from '../../shared/checkout.js';
import type { Clock } from '../../shared/clock.js';
import { machineFacts } from '../../shared/machine-facts.js';
import { PACKAGE_ROOT, VERSION } from '../../shared/package-info.js';
import { redactedCommandLine } from './command-line-text.js';
import type { Provenance } from './run-report-schema.js';

/** What is known of a run when it begins. */
export interface ProvenanceParts {
  readonly clock: Clock;
  /** As it was given; its secrets are hidden here. */
  readonly commandLine: readonly string[];
}

/** A run whose surroundings were written down. */
export interface StartedProvenance {
  /** @param interrupted whether the user ended it before its time */
  finish(interrupted: boolean): Provenance;
}

/** Writes down where, when and by what a run is made; call it first, since it keeps the thread for some milliseconds. */
export function startProvenance({ clock, commandLine }: ProvenanceParts): StartedProvenance {
  const startedUs = clock.nowUs();
  const startedAt = new Date(clock.wallUs() / 1000).toISOString();
  const machine = machineFacts();
  const commit = checkoutCommit(PACKAGE_ROOT);
  return {
    finish: (interrupted) => ({
      version: VERSION,
      commit,
      commandLine: redactedCommandLine(commandLine),
      startedAt,
      durationMs: Math.max(0, Math.round((clock.nowUs() - startedUs) / 1000)),
      interrupted,
      machine,
    }),
  };
}
