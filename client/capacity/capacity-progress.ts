import { NOTHING, formatDurationUs, formatMbps } from '../../shared/units.js';
import type { CrowdProgress } from '../load/crowd.js';
import type { ProgressPage } from '../ui/progress.js';
import { brokenOutcome, shownOutcome } from './outcome-words.js';
import { amountText } from './amount-words.js';
import type { Step } from './search-plan.js';
import type { StepRecord } from './step-runner.js';

/** What a search is doing. */
export interface SearchProgress {
  readonly elapsedMs: number;
  readonly endsAtMs: number | null;
  readonly unit: string;
  readonly objective: string;
  /** Null before the first step. */
  readonly step: Step | null;
  readonly doing: string;
  readonly records: readonly StepRecord[];
  /** Null before there is any load. */
  readonly crowd: CrowdProgress | null;
  /** Of the last looks, for the charts. */
  readonly latencies: readonly (number | null)[];
  readonly notice: string | null;
}

/** What came of a step, in a sentence. */
export function recordSentence({ step, state, outcomes }: StepRecord, unit: string): string {
  const what = `${stepWords(step)}, ${amountText(step.size, unit)}`;
  const others = outcomes.filter((outcome) => outcome.state !== 'holds');
  const broke = others.map(brokenOutcome).join(', ');
  switch (state) {
    case 'holds':
      return `${what}: holds`;
    case 'broken':
      return `${what}: ${broke}`;
    case 'generator':
      return `${what}: ${broke}, and this machine was the bottleneck`;
    case 'unknown':
      return `${what}: not known: ${others.map(shownOutcome).join(', ')}`;
    case 'stopped':
      return `${what}: stopped`;
  }
}

function stepWords({ phase, attempt }: Step): string {
  return attempt > 1 ? `${phase} again` : phase;
}

type Figure = ProgressPage['figures'][number];

/** How a search for a capacity is shown while it goes on. */
export function progressPage(progress: SearchProgress): ProgressPage {
  const { step, doing, unit, crowd, objective } = progress;
  const phase = step ? `${stepWords(step)}, ${amountText(step.size, unit)} (round ${step.round})` : doing;
  return {
    title: `streamer-client capacity: ${objective}`,
    phase,
    elapsedMs: progress.elapsedMs,
    endsAtMs: progress.endsAtMs,
    figures: [...knownFigures(progress), ...(crowd ? crowdFigures(crowd) : [])],
    charts: [{ label: 'latency p99', unit: 'us', values: progress.latencies }],
    table: stepTable(progress.records),
    notice: progress.notice,
  };
}

/** What the search takes for known in its round: a size breaks when it did so twice, and until it holds after all. */
function knownFigures({ records }: SearchProgress): Figure[] {
  const round = records.at(-1)?.step.round ?? 1;
  let [held, broke] = [0, Infinity];
  for (const { state, step } of records.filter((record) => record.step.round === round)) {
    if (state === 'holds') {
      held = Math.max(held, step.size);
      if (broke <= step.size) broke = Infinity;
    } else if (state === 'broken' && step.attempt > 1) {
      broke = Math.min(broke, step.size);
      if (held >= step.size) held = 0;
    }
  }
  return [
    ...(held > 0 ? [{ label: 'holds', value: String(held), tone: 'good' as const }] : []),
    ...(broke < Infinity ? [{ label: 'breaks', value: String(broke), tone: 'bad' as const }] : []),
  ];
}

function crowdFigures(crowd: CrowdProgress): Figure[] {
  const { connected, asked, lost, targets } = crowd;
  const isWhole = connected === asked;
  // Rates are of whole seconds, and before the first one is over sessions may well be getting frames.
  const isCounted = connected === 0 || targets.some(({ frames }) => frames > 0);
  return [
    { label: 'connected', value: `${connected} of ${asked}`, ...(isWhole ? {} : { tone: 'warning' as const }) },
    { label: 'p99', value: formatDurationUs(crowd.latencyP99Us) },
    { label: 'lost', value: String(lost), ...(lost > 0 ? { tone: 'warning' as const } : {}) },
    { label: 'frames/s', value: isCounted ? crowd.framesPerSecond.toFixed(0) : NOTHING },
    { label: 'throughput', value: isCounted ? formatMbps((crowd.bytesPerSecond * 8) / 1e6) : NOTHING },
  ];
}

const COLUMNS = [
  { label: 'size', align: 'right' },
  { label: 'phase', align: 'left' },
  { label: 'round', align: 'right' },
  { label: 'holds', align: 'left' },
  { label: 'p99', align: 'right' },
  { label: 'lost', align: 'right' },
  { label: 'fps', align: 'right' },
  { label: 'what broke', align: 'left' },
] as const;

/** The newest on top. */
function stepTable(records: readonly StepRecord[]): ProgressPage['table'] {
  const rows = records.map(({ step, state, outcomes, measured: { figures, sessions } }) => {
    const { total } = figures;
    return [
      String(step.size),
      stepWords(step),
      String(step.round),
      STATES[state],
      formatDurationUs(total.latencyUs.p99),
      total.canTellLost ? String(total.frames.lost) : NOTHING,
      (total.fps.mean / Math.max(1, sessions)).toFixed(1),
      outcomes
        .filter((outcome) => outcome.state !== 'holds')
        .map(({ term, words, event }) => event ?? `${term.text}: ${words}`)
        .join('; '),
    ];
  });
  return records.length === 0 ? null : { columns: COLUMNS, rows: rows.reverse(), rowsAre: 'steps' };
}

const STATES: Readonly<Record<StepRecord['state'], string>> = {
  holds: 'yes',
  broken: 'no',
  generator: 'generator too slow',
  unknown: 'not known',
  stopped: 'stopped',
};
