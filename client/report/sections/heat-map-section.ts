import type { HeatMapSection } from '../page.js';
import type { Subject } from '../run-report-schema.js';
import { worstFirst } from './subjects-table.js';
import { exactCount } from './words.js';

/** Rows that can still be told apart, and the part of them that the worst sessions have for sure. */
const MAX_ROWS = 80;
const WORST_ROWS = 40;
/** Columns that a phone can still show; buckets are put together beyond it. */
const MAX_COLUMNS = 120;

type Row = HeatMapSection['rows'][number];

/**
 * p99 of the latency of every session, a bucket of time at a time; null for fewer than two sessions with a timeline. Of
 * more than 80 the 40 worst are kept and the others thinned evenly; of buckets put together the greatest counts. The worst
 * stand first, unless they are few and have an order of their own to be kept, such as phases.
 */
export function heatMapSection(
  sessions: readonly Subject[],
  {
    id = 'heat-map',
    title,
    keepsOrder = false,
  }: { readonly id?: string; readonly title?: string; readonly keepsOrder?: boolean } = {},
): HeatMapSection | null {
  const measured = sessions.filter(({ timeline }) => timeline?.latencyP99Us.some((value) => value !== null));
  const bucketMs = Math.max(0, ...measured.map(({ timeline }) => timeline?.bucketMs ?? 0));
  const known = measured.filter(({ timeline }) => timeline?.bucketMs === bucketMs);
  const buckets = Math.max(0, ...known.map(({ timeline }) => timeline?.latencyP99Us.length ?? 0));
  if (known.length < 2 || buckets < 2) return null;
  const kind = known[0]?.kind ?? 'session';
  const together = Math.ceil(buckets / MAX_COLUMNS);
  const isKept = keepsOrder && known.length <= MAX_ROWS;
  const rows = (isKept ? known : thinned(worstFirst(known))).map((session) => rowOf(session, together));
  const order = `p99 of the latency in each bucket of time${isKept ? '' : ', the one that fared worst on top'}.`;
  const kept =
    rows.length < known.length
      ? ` Of ${exactCount(known.length)} ${kind}s ${rows.length} are shown: the ${WORST_ROWS} worst, and every so many of the others.`
      : '';
  return {
    kind: 'heat map',
    id,
    title: title ?? `Latency of each ${kind} over time`,
    note: order + kept,
    unit: 'us',
    bucketMs: bucketMs * together,
    rows,
  };
}

function thinned(worst: readonly Subject[]): Subject[] {
  if (worst.length <= MAX_ROWS) return [...worst];
  const others = worst.slice(WORST_ROWS);
  const places = MAX_ROWS - WORST_ROWS;
  const every = Array.from({ length: places }, (_, index) => others[Math.floor((index * others.length) / places)]);
  return [...worst.slice(0, WORST_ROWS), ...every.filter((session) => session !== undefined)];
}

function rowOf({ name, timeline }: Subject, together: number): Row {
  const values = timeline?.latencyP99Us ?? [];
  const columns = Math.ceil(values.length / together);
  return {
    name,
    values: Array.from({ length: columns }, (_, index) =>
      greatest(values.slice(index * together, (index + 1) * together)),
    ),
  };
}

function greatest(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length > 0 ? Math.max(...known) : null;
}
