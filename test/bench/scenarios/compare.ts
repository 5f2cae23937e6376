import { compareRuns } from '../../../client/compare/compare-runs.js';
import { parseConditions } from '../../../client/compare/condition.js';
import { runOfReport } from '../../../client/compare/read-runs.js';
import { drawnReport } from '../../helpers/compared-runs.js';
import type { DrawnRun } from '../../helpers/compared-runs.js';
import type { Scenario, ScenarioResult } from '../scenario.js';
import { cell } from '../table.js';

const PAIRS = 100;
const QUICK_PAIRS = 10;
/** None that a test has, so that nothing was tuned on them. */
const FIRST_SEED = 100_000;
const FIGURES = ['p50', 'p90', 'p99', 'p999', 'age'];
const CONDITIONS = ['p50>+5%', 'p50>+10%', 'p99>+10%', 'p999>+10%'];
interface Kind {
  readonly name: string;
  readonly slower: number;
  readonly memory: number;
  readonly seconds: number;
  readonly spread?: number;
  readonly framesPerSecond?: number;
}

/** One session at a usual rate. */
const VIEWER = { memory: 0.6, framesPerSecond: 30 };

const KINDS: readonly Kind[] = [
  { name: 'alike', slower: 1, memory: 0.6, seconds: 60 },
  { name: 'alike, levels that last', slower: 1, memory: 0.9, seconds: 60 },
  { name: '15 % slower', slower: 1.15, memory: 0.6, seconds: 60 },
  { name: '15 % slower, levels that last', slower: 1.15, memory: 0.9, seconds: 60 },
  { name: 'alike, 10 s', slower: 1, memory: 0.6, seconds: 10 },
  { name: 'alike, 20 s that vary by 50 %', slower: 1, memory: 0.6, seconds: 20, spread: 0.5 },
  { name: '15 % slower, 300 s', slower: 1.15, memory: 0.6, seconds: 300 },
  { name: 'alike, one viewer, 5 s', slower: 1, seconds: 5, ...VIEWER },
  { name: '15 % slower, one viewer, 5 s', slower: 1.15, seconds: 5, ...VIEWER },
  { name: 'alike, one viewer, 340 s', slower: 1, seconds: 340, ...VIEWER },
  { name: '15 % slower, one viewer, 340 s', slower: 1.15, seconds: 340, ...VIEWER },
  { name: '15 % slower, one viewer, 1200 s', slower: 1.15, seconds: 1200, ...VIEWER },
];

/** How often the intervals and conditions of `compare` are right, on runs that are drawn and therefore known. */
export const compare: Scenario = {
  name: 'compare',
  title: 'Compare: pairs of drawn runs, one of each side',
  async run({ quick, say }): Promise<ScenarioResult> {
    const pairs = quick ? QUICK_PAIRS : PAIRS;
    const outcomes = KINDS.map((kind) => {
      say(kind.name);
      return { kind, ...judged(kind, pairs) };
    });
    return {
      tables: [
        {
          title: `Of ${pairs} pairs: intervals that held the truth, and conditions that failed`,
          head: ['B against A', ...FIGURES, ...CONDITIONS],
          rows: outcomes.map(({ kind, held, failed }) => [
            kind.name,
            ...FIGURES.map((figure) => cell(held[figure] ?? 0)),
            ...CONDITIONS.map((condition) => cell(failed[condition] ?? 0)),
          ]),
        },
        {
          title: `Of ${pairs} pairs: conditions that these runs cannot tell (exit code 3)`,
          head: ['B against A', ...CONDITIONS],
          rows: outcomes.map(({ kind, untold }) => [
            kind.name,
            ...CONDITIONS.map((condition) => cell(untold[condition] ?? 0)),
          ]),
        },
      ],
      bars: [],
      notes: [
        'Runs of 300 frames a second about 8 ms, whose level wanders from second to second by 4 % where nothing else is said; "levels that last": with 90 % of a second in the next one, else 60 %.',
        'A p99.9 with fewer than 10 independent frames beyond it has no interval, so that none can hold the truth; "one viewer" gets 30 frames a second.',
        'Of runs that are alike no condition should fail; of those that are slower each one should.',
      ],
      figures: outcomes,
    };
  },
};

type Counts = Record<string, number>;

function judged({ name: _, ...kind }: Kind, pairs: number) {
  const { slower } = kind;
  const held: Counts = {};
  const failed: Counts = {};
  const untold: Counts = {};
  for (let pair = 0; pair < pairs; pair += 1) {
    const seed = FIRST_SEED + 2 * pair;
    const a = [drawn({ seed, ...kind, slower: 1 }, 'a')];
    const b = [drawn({ seed: seed + 1, ...kind }, 'b')];
    for (const condition of CONDITIONS) {
      const rows = compareRuns({ a, b }, parseConditions(condition)).rows.map(({ row }) => row);
      if (rows.some((row) => row.failed)) failed[condition] = (failed[condition] ?? 0) + 1;
      if (rows.some((row) => row.undecided === true)) untold[condition] = (untold[condition] ?? 0) + 1;
      if (condition !== CONDITIONS[0]) continue;
      for (const { subject, figure, interval } of rows) {
        const isHeld = interval !== null && interval.low <= slower - 1 && interval.high >= slower - 1;
        if (subject === 'total' && isHeld) held[figure] = (held[figure] ?? 0) + 1;
      }
    }
  }
  return { held, failed, untold };
}

function drawn(run: DrawnRun, name: string) {
  return runOfReport(drawnReport(run), `${name}.json`);
}
