import { describe, expect, it } from 'vitest';
import { MIN_COLUMNS, MIN_ROWS } from '../../../../client/ui/layout.js';
import { progressLayout } from '../../../../client/ui/progress-layout.js';
import { progressPage } from '../../../helpers/progress-samples.js';

const EMPTY = progressPage({ figures: [], charts: [], table: null });
const PAGES = {
  everything: progressPage(),
  'no table': progressPage({ table: null }),
  'no chart': progressPage({ charts: [] }),
  'two charts': progressPage({ charts: [...progressPage().charts, ...progressPage().charts] }),
  nothing: EMPTY,
};

describe('progressLayout', () => {
  it.each(Object.entries(PAGES))('puts nothing over another thing: %s', (_, page) => {
    for (let rows = MIN_ROWS; rows <= 60; rows += 1) {
      const place = progressLayout(MIN_COLUMNS, rows, page);
      const parts = [
        place.title,
        place.bar,
        place.figures,
        ...place.charts.slice(0, 1),
        place.table,
        place.notice,
        place.keys,
      ];
      const standing = parts.filter((part) => part !== null && part.height > 0).map((part) => part!);
      for (const [index, part] of standing.entries()) {
        const next = standing[index + 1];
        expect(part.top + part.height).toBeLessThanOrEqual(next ? next.top : rows);
      }
    }
  });

  it('has chart and table at 80x24, and more of the chart on a large screen', () => {
    const small = progressLayout(80, 24, progressPage());
    expect([small.charts[0]?.height, small.table?.height]).toEqual([6, 10]);
    const large = progressLayout(160, 48, progressPage());
    expect(large.charts[0]?.height).toBe(14);
    expect(large.figureColumns).toBe(4);
  });

  it('puts two charts side by side', () => {
    const { charts } = progressLayout(81, 24, PAGES['two charts']);
    expect(charts.map(({ left, width }) => [left, width])).toEqual([
      [0, 40],
      [40, 41],
    ]);
  });
});
