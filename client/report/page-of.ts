import type { ReportPage } from './page.js';
import { benchPage } from './pages/bench-page.js';
import { camerasPage } from './pages/cameras-page.js';
import { capacityPage } from './pages/capacity-page.js';
import { chaosPage } from './pages/chaos-page.js';
import { comparePage } from './pages/compare-page.js';
import { loadPage } from './pages/load-page.js';
import type { RunReport } from './run-report-schema.js';

/** How `report` is shown to people. Everything it needs is in the report, so that a file can be shown again. */
export function pageOf(report: RunReport): ReportPage {
  const { details } = report;
  switch (details.kind) {
    case 'load':
      return loadPage(report, details);
    case 'cameras':
      return camerasPage(report, details);
    case 'capacity':
      return capacityPage(report, details);
    case 'bench':
      return benchPage(report, details);
    case 'chaos':
      return chaosPage(report, details);
    case 'compare':
      return comparePage(report, details);
  }
}
