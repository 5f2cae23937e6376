import { compareCsv } from './compare-csv.js';
import { csvText } from './csv-text.js';
import type { CsvColumns } from './csv-text.js';
import type { LatencySummary } from './latency-schema.js';
import type { RunReport, Subject } from './run-report-schema.js';

/** Columns in their order, which stays: new ones are added behind them. Names are those of the JSON report. */
const COLUMNS: CsvColumns<Subject> = {
  kind: ({ kind }) => kind,
  name: ({ name }) => name,
  target: ({ target }) => target,
  state: ({ state }) => state,
  durationMs: ({ durationMs }) => durationMs,
  sessionsAsked: ({ sessions }) => sessions.asked,
  sessionsConnected: ({ sessions }) => sessions.connected,
  sessionsFailed: ({ sessions }) => sessions.failed,
  framesReceived: ({ frames }) => frames.received,
  // Nothing is not zero: where the protocol does not show what is missing, nobody knows.
  framesLost: ({ frames, canTellLost }) => (canTellLost ? frames.lost : null),
  framesSkipped: ({ frames }) => frames.skipped,
  framesCorrupt: ({ frames }) => frames.corrupt,
  bytes: ({ bytes }) => bytes,
  nominalFps: ({ nominalFps }) => nominalFps,
  fpsMean: ({ fps }) => fps.mean,
  fpsMin: ({ fps }) => fps.min,
  fpsMax: ({ fps }) => fps.max,
  throughputMbps: ({ throughputMbps }) => throughputMbps,
  ...latencyColumns('latency', ({ latencyUs }) => latencyUs),
  ...latencyColumns('age', ({ ageUs }) => ageUs),
  ...latencyColumns('firstFrame', ({ firstFrameUs }) => firstFrameUs),
  clockErrorUs: ({ clockErrorUs }) => clockErrorUs,
  latencySource: ({ latencySource }) => latencySource,
  reconnects: ({ reconnects }) => reconnects,
  outageMs: ({ outageMs }) => outageMs,
  errors: ({ errors }) => errors.map(({ code, count }) => `${code} ${count}`).join('; '),
};

/**
 * The report as comma-separated values: a row for the total where there is one, and a row for each subject; of a comparison a
 * row for each figure. What was not measured is empty.
 */
export function reportCsv({ details, total, subjects }: RunReport): string {
  if (details.kind === 'compare') return compareCsv(details);
  return csvText(COLUMNS, [...(total ? [total] : []), ...subjects]);
}

function latencyColumns(name: string, latencyOf: (subject: Subject) => LatencySummary) {
  const column = (key: keyof LatencySummary) => (subject: Subject) => latencyOf(subject)[key];
  return {
    [`${name}Count`]: column('count'),
    [`${name}MinUs`]: column('min'),
    [`${name}P50Us`]: column('p50'),
    [`${name}P90Us`]: column('p90'),
    [`${name}P99Us`]: column('p99'),
    [`${name}P999Us`]: column('p999'),
    [`${name}MaxUs`]: column('max'),
    [`${name}MeanUs`]: column('mean'),
    [`${name}ErrorUs`]: column('errorUs'),
  };
}
