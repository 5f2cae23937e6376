import type { ReportPage } from '../page.js';
import type { DetailsOf } from '../run-details-schema.js';
import type { RunReport } from '../run-report-schema.js';
import { environmentSections } from '../sections/environment-sections.js';
import { findingsSection } from '../sections/findings-section.js';
import { headlinesOf } from '../sections/headlines.js';
import { measuredSections } from '../sections/measured-sections.js';
import { present } from '../sections/present.js';
import { trustSections } from '../sections/trust-sections.js';

/** The page of a run of `chaos`. */
export function chaosPage(report: RunReport, _details: DetailsOf<'chaos'>): ReportPage {
  const { verdict, total, subjects, findings } = report;
  return {
    title: 'Chaos',
    verdict,
    headlines: total ? headlinesOf(total) : [],
    sections: present(
      findingsSection(findings),
      ...measuredSections(report, subjects),
      ...trustSections(report),
      ...environmentSections(report),
    ),
  };
}
