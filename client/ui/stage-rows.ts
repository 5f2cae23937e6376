import { STAGES, type Quantiles, type Stage, type StreamSnapshot } from '../metrics/snapshot.js';

/** A stage as it is listed for people; figures are null where nothing was measured, or there was nothing to do. */
export interface StageRow extends Quantiles {
  readonly name: string;
  /** Why there are no figures, in a few words; empty where nothing needs to be said. */
  readonly note: string;
}

const NAMES: Readonly<Record<Stage, string>> = {
  decode: 'decode',
  process: 'process',
  queue: 'queue',
  encode: 'encode',
  publish: 'publish',
  network: 'network',
  clientDecode: 'client decode',
};

/** Stages that frames do not pass whose JPEGs go out as they came. */
const LEFT_OUT_WHEN_PASSED: ReadonlySet<Stage> = new Set(['queue', 'encode']);

/**
 * The stages of a stream in the order they happen. Processing is listed only where it took time. Where the source's own
 * JPEGs are passed through, what comes first is receiving them, and queue and encoder have no figures instead of zero.
 */
export function stageRows({ stagesUs, encoding }: Pick<StreamSnapshot, 'stagesUs' | 'encoding'>): StageRow[] {
  const isPassed = encoding.mode === 'pass-through';
  return STAGES.filter((stage) => stage !== 'process' || !isZero(stagesUs.process)).map((stage) => {
    const isLeftOut = isPassed && LEFT_OUT_WHEN_PASSED.has(stage) && isZero(stagesUs[stage]);
    const { p50, p99 } = isLeftOut ? { p50: null, p99: null } : stagesUs[stage];
    const name = isPassed && stage === 'decode' ? 'receive' : NAMES[stage];
    return { name, p50, p99, note: isLeftOut && stage === 'encode' ? 'passed through' : '' };
  });
}

/** Whether no frame spent any time, as far as the figures tell. */
function isZero({ p50, p99 }: Quantiles): boolean {
  return (p50 ?? 0) === 0 && (p99 ?? 0) === 0;
}
