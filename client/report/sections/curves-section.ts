import type { Curve, CurvesSection } from '../page.js';
import type { Subject } from '../run-report-schema.js';
import { coverageText, knownLost } from './words.js';

/** More colours than that nobody tells apart. */
export const MAX_CURVE_SUBJECTS = 8;

const NOTE =
  'A line that stays low to the right is a stream whose slow frames are rare. Solid: latency of the frames that came. ' +
  'Dashed: age of the newest frame at the expected cadence, where every stall, skipped and lost frame counts.';

/**
 * Percentile curves of `subjects`, each with its latency (uncorrected) and its frame age (corrected for coordinated
 * omission); null where no latency is known. A total is called after how many of `sessions` it is of, where not of all. Of more than eight the first ones are drawn, and the note says so.
 */
export function curvesSection(
  subjects: readonly Subject[],
  {
    id = 'curves',
    title = 'Latency by percentile',
    sessions = [],
  }: { readonly id?: string; readonly title?: string; readonly sessions?: readonly Subject[] } = {},
): CurvesSection | null {
  const known = subjects.filter(({ histograms, latencyUs }) => histograms !== null && latencyUs.count > 0);
  if (known.length === 0) return null;
  const drawn = known.slice(0, MAX_CURVE_SUBJECTS);
  const rest = known.length - drawn.length;
  const note = rest > 0 ? `${NOTE} The first ${drawn.length} of ${known.length} are drawn.` : NOTE;
  return {
    kind: 'curves',
    id,
    title,
    note,
    curves: drawn.flatMap((subject) => curvesOf(subject, subject.kind === 'total' ? sessions : [])),
  };
}

function curvesOf(subject: Subject, sessions: readonly Subject[]): Curve[] {
  const { name, histograms, latencyUs, ageUs } = subject;
  if (!histograms) return [];
  const { latency, age } = histograms;
  const uncorrected = {
    ...coveredPart(subject, name, sessions, (session) => session.latencyUs.count > 0),
    ...{ distribution: latency, errorUs: latencyUs.errorUs, dashed: false },
  };
  const corrected = {
    ...coveredPart(subject, `${name}, age`, sessions, (session) => session.ageUs.count > 0),
    ...{ distribution: age, errorUs: ageUs.errorUs, dashed: true },
  };
  return ageUs.count > 0 ? [uncorrected, corrected] : [uncorrected];
}

/** The name of a curve and the counts beside its percentiles: of the sessions that are in it, and of no others. */
function coveredPart(
  subject: Subject,
  name: string,
  sessions: readonly Subject[],
  isMeasured: (session: Subject) => boolean,
): Pick<Curve, 'name' | 'delivered' | 'lost' | 'isLostAtLeast'> {
  const coverage = coverageText(sessions, isMeasured);
  const parts = coverage === null ? [subject] : sessions.filter(isMeasured);
  return {
    name: coverage === null ? name : `${name} (${coverage})`,
    delivered: parts.reduce((sum, { frames }) => sum + frames.received, 0),
    ...knownLost(parts),
  };
}
