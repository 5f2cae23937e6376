import type { Section } from '../page.js';
import type { RunReport, Subject } from '../run-report-schema.js';
import { curvesSection } from './curves-section.js';
import { heatMapSection } from './heat-map-section.js';
import { outagesSection } from './outages-section.js';
import { present } from './present.js';
import { subjectsTable } from './subjects-table.js';
import { timeSeriesSections } from './time-series.js';
import { waterfallSection } from './waterfall-section.js';

/**
 * What was measured, for a page without wishes of its own: curves, time series, heat map, stages, outages and the table.
 *
 * @param parts of what is compared with one another, such as targets or devices: each gets a curve and a line
 * @param each row of the table and of the heat map, such as sessions; `parts` where there is nothing finer
 */
export function measuredSections(
  { total }: RunReport,
  parts: readonly Subject[],
  each: readonly Subject[] = parts,
): Section[] {
  const alive = parts.filter(({ frames }) => frames.received > 0);
  // One part alone is the total itself.
  const compared = alive.length > 1 || total === null ? alive : [];
  const whole = total === null ? [] : [total];
  return present(
    curvesSection([...whole, ...compared], { sessions: each }),
    ...timeSeriesSections(total, compared),
    waterfallSection(total ?? parts[0] ?? null, { sessions: total === null ? [] : each, parts }),
    outagesSection(each),
    heatMapSection(each),
    parts === each ? null : subjectsTable(parts.length > 1 ? parts : [], { id: 'parts', title: 'Parts' }),
    subjectsTable(each, { worstFirst: parts !== each }),
  );
}
