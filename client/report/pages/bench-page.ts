import type { ReportPage } from '../page.js';
import type { DetailsOf } from '../run-details-schema.js';
import type { RunReport } from '../run-report-schema.js';
import { environmentSections } from '../sections/environment-sections.js';
import { findingsSection } from '../sections/findings-section.js';
import { headlinesOf } from '../sections/headlines.js';
import { measuredSections } from '../sections/measured-sections.js';
import { present } from '../sections/present.js';
import { trustSections } from '../sections/trust-sections.js';

/** The page of a run of `bench`. */
export function benchPage(report: RunReport, _details: DetailsOf<'bench'>): ReportPage {
  const { verdict, total, subjects, findings } = report;
  return {
    title: 'Bench',
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
