import { formatDurationUs } from '../../../shared/units.js';
import type { Headline, ReportPage } from '../page.js';
import type { DetailsOf } from '../run-details-schema.js';
import type { RunReport } from '../run-report-schema.js';
import { environmentSections } from '../sections/environment-sections.js';
import { findingsSection } from '../sections/findings-section.js';
import { headlinesOf } from '../sections/headlines.js';
import { measuredSections } from '../sections/measured-sections.js';
import { present } from '../sections/present.js';
import { trustSections } from '../sections/trust-sections.js';
import { counted, exactCount } from '../sections/words.js';

/** The page of a run of `load`: targets beside one another, a row for each session. */
export function loadPage(report: RunReport, details: DetailsOf<'load'>): ReportPage {
  const { verdict, total, subjects, findings } = report;
  const targets = subjects.filter(({ kind }) => kind !== 'session');
  const sessions = subjects.filter(({ kind }) => kind === 'session');
  return {
    title: `Load: ${counted(details.sessionsAsked, 'session')} against ${counted(targets.length, 'target')}`,
    verdict,
    headlines: [...(total ? headlinesOf(total, sessions, targets) : []), ...fairnessHeadlines(details)],
    sections: present(
      findingsSection(findings),
      ...measuredSections(report, targets, sessions),
      ...trustSections(report),
      ...environmentSections(report),
    ),
  };
}

function fairnessHeadlines({ fairness }: DetailsOf<'load'>): Headline[] {
  if (!fairness || fairness.jain === null) return [];
  const { jain, leastFrames, mostFrames, bestP99Us, worstP99Us } = fairness;
  const p99 = worstP99Us === null ? '' : `, p99 ${formatDurationUs(bestP99Us)} to ${formatDurationUs(worstP99Us)}`;
  const note = `${exactCount(leastFrames)} to ${exactCount(mostFrames)} frames a session${p99}`;
  return [{ label: 'fairness (Jain)', value: jain.toFixed(4), note }];
}
