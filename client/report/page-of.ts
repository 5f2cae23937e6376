import type { ReportPage } from './page.js';
import type { RunReport } from './run-report-schema.js';

/** How `report` is shown to people. Everything it needs is in the report, so that a file can be shown again. */
export function pageOf(report: RunReport): ReportPage {
  return { title: report.kind, verdict: report.verdict, headlines: [], sections: [] };
}
