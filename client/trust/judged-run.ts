import type { RunKind, Subject } from '../report/run-report-schema.js';
import type { GeneratorFigures, ServerSamples, TrustCheck } from '../report/run-trust-schema.js';

/** What is judged. */
export interface JudgedRun {
  readonly kind: RunKind;
  /** Null where nobody watched the generator. */
  readonly generator: GeneratorFigures | null;
  /** Null where the server was not asked. */
  readonly server: ServerSamples | null;
  /** What is reported of everything together; null where adding up would mean nothing. */
  readonly total: Subject | null;
  /** Of this machine. */
  readonly cores: number;
  /** Whether the server runs on this machine, where it was not asked; null by default: not known. */
  readonly isSameMachine?: boolean | null;
  /** Of devices that measure on their own, instead of `generator`. */
  readonly deviceChecks?: readonly TrustCheck[];
  /** Why threads of the generator are gone, with what they measured; none by default. */
  readonly lostThreads?: readonly Pick<Error, 'message'>[];
}
