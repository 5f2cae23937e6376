import { csvText } from './csv-text.js';
import type { CsvColumns } from './csv-text.js';
import type { DetailsOf } from './run-details-schema.js';

type Row = DetailsOf<'compare'>['rows'][number];

/** Columns in their order, which stays: new ones are added behind them. Names are those of the JSON report. */
const COLUMNS: CsvColumns<Row> = {
  subject: ({ subject }) => subject,
  figure: ({ figure }) => figure,
  unit: ({ unit }) => unit,
  a: ({ a }) => a,
  b: ({ b }) => b,
  change: ({ change }) => change,
  changeLow: ({ interval }) => interval?.low ?? null,
  changeHigh: ({ interval }) => interval?.high ?? null,
  verdict: ({ verdict }) => verdict,
  condition: ({ condition }) => condition,
  conditionState: ({ condition, failed, undecided }) => {
    if (condition === null) return null;
    if (failed) return 'failed';
    return undecided === true ? 'cannot tell' : 'not shown';
  },
};

/** A comparison as comma-separated values: a line for each figure of each subject. */
export function compareCsv({ rows }: DetailsOf<'compare'>): string {
  return csvText(COLUMNS, rows);
}
