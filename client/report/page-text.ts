import type { ReportPage } from './page.js';

/** The report for a terminal of `columns`: the verdict first, then the figures that answer the question of the run. */
export function pageText(page: ReportPage, columns: number): string {
  const lines = [page.title, page.verdict.sentence, ...page.headlines.map(({ label, value }) => `${label} ${value}`)];
  return `${lines.map((line) => line.slice(0, columns)).join('\n')}\n`;
}
