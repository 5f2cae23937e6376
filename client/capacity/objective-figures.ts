/** What kind of value a figure has; it decides which units a limit may have. */
export type FigureKind = 'time' | 'count' | 'rate' | 'ratio' | 'cpu' | 'memory';

/** Units of limits: microseconds, a number of things, a part of a whole, frames a second, percent of a core, bytes. */
export type LimitUnit = 'us' | 'count' | 'share' | 'fps' | 'percent' | 'bytes';

/** A measured figure that an objective can name. */
export interface Figure {
  readonly name: string;
  readonly kind: FigureKind;
  /** Which side is the good one, so that a limit on the wrong side is noticed. */
  readonly better: 'less' | 'more';
  /** For messages and the help. */
  readonly meaning: string;
}

/** Percentiles that a report has. */
export const PERCENTILES = ['p50', 'p90', 'p99', 'p999', 'max'] as const;
export type Percentile = (typeof PERCENTILES)[number];

const AGE = 'age-';

/** All of them, in the order in which they are told to people. */
export const FIGURES: readonly Figure[] = [
  ...PERCENTILES.map((name) => time(name, `${name} of the latency of frames that came`)),
  ...PERCENTILES.map((name) => time(AGE + name, `${name} of the age of the newest frame, in which stalls count`)),
  count('lost', 'frames that are missing'),
  count('skipped', 'frames that the server left out'),
  count('corrupt', 'broken frames'),
  count('reconnects', 'connections that were made anew'),
  count('failed', 'sessions without a connection at the end of the step'),
  { name: 'fps', kind: 'rate', better: 'more', meaning: 'mean frame rate of a session' },
  { name: 'fps-min', kind: 'rate', better: 'more', meaning: 'mean frame rate of the slowest session' },
  { name: 'fairness', kind: 'ratio', better: 'more', meaning: "Jain's index of frames between sessions" },
  { name: 'server-cpu', kind: 'cpu', better: 'less', meaning: 'CPU of the server, of one core' },
  { name: 'server-memory', kind: 'memory', better: 'less', meaning: 'resident memory of the server' },
];

/** The figure of that name, in any case; `p99.9` is another name for `p999`. */
export function figureOf(name: string): Figure | null {
  const known = name.toLowerCase().replace(/p99\.9$/, 'p999');
  return FIGURES.find((figure) => figure.name === known) ?? null;
}

/** Which percentile of which distribution a figure of kind `time` is. */
export function percentileOf(figure: Figure): { of: 'latencyUs' | 'ageUs'; percentile: Percentile } {
  const isAge = figure.name.startsWith(AGE);
  const percentile = (isAge ? figure.name.slice(AGE.length) : figure.name) as Percentile;
  return { of: isAge ? 'ageUs' : 'latencyUs', percentile };
}

function time(name: string, meaning: string): Figure {
  return { name, kind: 'time', better: 'less', meaning };
}

function count(name: string, meaning: string): Figure {
  return { name, kind: 'count', better: 'less', meaning };
}
