import { STAGES } from './stages.js';
import type { WaterfallSection } from '../page.js';
import type { Subject } from '../run-report-schema.js';
import { coverageText } from './words.js';

/**
 * Where the time of a frame of `subject`, made of `sessions`, goes; null where its path does not say.
 *
 * @param parts such as the targets that the sessions read, where stages are known of those and not of each session
 */
export function waterfallSection(
  subject: Subject | null,
  {
    id = 'stages',
    title = 'Where the time goes',
    sessions = [],
    parts = [],
  }: {
    readonly id?: string;
    readonly title?: string;
    readonly sessions?: readonly Subject[];
    readonly parts?: readonly Subject[];
  } = {},
): WaterfallSection | null {
  const stagesUs = subject?.stagesUs;
  if (!stagesUs) return null;
  const stages = STAGES.flatMap(({ key, name }) => {
    const { p50, p99 } = stagesUs[key];
    return p50 === null || p99 === 0 ? [] : [{ name, p50Us: p50, p99Us: p99 }];
  });
  if (stages.length === 0) return null;
  const telling = new Set(parts.flatMap((part) => (part.stagesUs === null ? [] : (part.target ?? []))));
  const covered = coverageText(
    sessions,
    ({ stagesUs: own, target }) => own !== null || (target !== null && telling.has(target)),
  );
  const how =
    'p50 of each stage behind the one before; the thin line goes on to its p99. Percentiles do not add up exactly.';
  if (covered === null) return { kind: 'waterfall', id, title, note: how, stages };
  const note = `${how} The other sessions do not tell their stages.`;
  return { kind: 'waterfall', id, title: `${title} (${covered})`, note, stages };
}
