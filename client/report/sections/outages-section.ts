import { formatElapsedMs } from '../../../shared/units.js';
import type { OutagesSection } from '../page.js';
import type { Subject } from '../run-report-schema.js';
import { exactCount } from './words.js';

const MAX_ROWS = 30;

/** Times without a connection, the subjects that were longest without first; null where there was none. */
export function outagesSection(
  subjects: readonly Subject[],
  { id = 'outages', title = 'Outages' }: { readonly id?: string; readonly title?: string } = {},
): OutagesSection | null {
  const broken = subjects.filter(({ outages }) => outages.length > 0).sort((a, b) => b.outageMs - a.outageMs);
  if (broken.length === 0) return null;
  const rest = broken.length - MAX_ROWS;
  const note = 'A bar is a time without a connection.';
  return {
    kind: 'outages',
    id,
    title,
    note:
      rest > 0 ? `${note} The ${MAX_ROWS} with the longest outages of ${exactCount(broken.length)} are shown.` : note,
    windowMs: Math.max(...broken.map(({ durationMs }) => durationMs)),
    rows: broken.slice(0, MAX_ROWS).map(({ name, outages, durationMs }) => ({
      name,
      outages: outages.map(({ fromMs, toMs, code }) => ({
        fromMs,
        toMs: toMs ?? durationMs,
        label: `${code}, ${formatElapsedMs((toMs ?? durationMs) - fromMs)}${toMs === null ? ', to the end' : ''}`,
      })),
    })),
  };
}
