import type { LatencySummary } from './latency-schema.js';
import type { RunReport, Subject } from './run-report-schema.js';
import { shownText } from './shown-text.js';

type Value = string | number | null;

/** Columns in their order, which stays: new ones are added behind them. Names are those of the JSON report. */
const COLUMNS: Readonly<Record<string, (subject: Subject) => Value>> = {
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
 * The report as comma-separated values (RFC 4180): a header, a row for the total where there is one, and a row for each
 * subject. What was not measured is empty. A text is on one line and has no control characters; one that a spreadsheet
 * would take for a formula begins with an apostrophe.
 */
export function reportCsv({ total, subjects }: RunReport): string {
  const rows = [...(total ? [total] : []), ...subjects].map((subject) =>
    Object.values(COLUMNS).map((valueOf) => field(valueOf(subject))),
  );
  return [Object.keys(COLUMNS), ...rows].map((fields) => `${fields.join(',')}\r\n`).join('');
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

/** What makes a cell a formula (OWASP, "CSV Injection"), also behind spaces; names come from the network. */
const FORMULA = /^ *[=+\-@|%]/;

function field(value: Value): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const shown = shownText(value);
  const text = FORMULA.test(shown) ? `'${shown}` : shown;
  return /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
