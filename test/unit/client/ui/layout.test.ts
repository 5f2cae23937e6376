import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { layout, MIN_COLUMNS, MIN_ROWS, type Layout, type Rect } from '../../../../client/ui/layout.js';

/** How often the cells of the screen are covered: `[1]` when `rects` tile it; undefined stands for cells outside. */
function coverage(columns: number, rows: number, rects: readonly (Rect | null)[]): unknown[] {
  const cells = new Uint8Array(columns * rows);
  const found = new Set<unknown>();
  for (const { left, top, width, height } of rects.filter((rect) => rect !== null)) {
    if (left < 0 || top < 0 || left + width > columns || top + height > rows) found.add(undefined);
    for (let y = top; y < top + height; y++) {
      for (let x = left; x < left + width; x++) cells[y * columns + x] = (cells[y * columns + x] ?? 0) + 1;
    }
  }
  cells.forEach((count) => found.add(count));
  return [...found];
}

function panels({ chart, figures, waterfall, histogram, table }: Layout): (Rect | null)[] {
  return [chart, figures, waterfall, histogram, table];
}

describe('layout', () => {
  it('says null when the terminal is too small or has no size', () => {
    expect(layout(MIN_COLUMNS - 1, MIN_ROWS, 1)).toBeNull();
    expect(layout(MIN_COLUMNS, MIN_ROWS - 1, 1)).toBeNull();
    expect(layout(0, 0, 1)).toBeNull();
    expect(layout(Number.NaN, 24, 1)).toBeNull();
    expect(layout(MIN_COLUMNS, MIN_ROWS, 1)).not.toBeNull();
  });

  it('covers every cell exactly once, at any size and with any number of streams', () => {
    const columns = fc.integer({ min: MIN_COLUMNS, max: 260 });
    const rows = fc.integer({ min: MIN_ROWS, max: 90 });
    fc.assert(
      fc.property(columns, rows, fc.integer({ min: 0, max: 60 }), (width, height, streams) => {
        const place = layout(width, height, streams);
        if (!place) throw new Error('too small');
        const lines = [place.status, place.headline, place.message, place.keys];
        expect(coverage(width, height, [...lines, ...panels(place)])).toEqual([1]);
        expect(coverage(width, height, [...lines, place.body])).toEqual([1]);
      }),
    );
  });

  it('gives every panel the room its contents need', () => {
    const columns = fc.integer({ min: MIN_COLUMNS, max: 260 });
    const rows = fc.integer({ min: MIN_ROWS, max: 90 });
    fc.assert(
      fc.property(columns, rows, fc.integer({ min: 0, max: 60 }), (width, height, streams) => {
        const place = layout(width, height, streams);
        expect(place?.figures.width).toBeGreaterThanOrEqual(34);
        expect(place?.chart.width).toBeGreaterThanOrEqual(26);
        expect(place?.chart.height).toBeGreaterThanOrEqual(8);
        if (place?.waterfall) expect(place.waterfall.height).toBeGreaterThanOrEqual(8);
        if (place?.table) expect(place.table.height).toBeGreaterThanOrEqual(6);
      }),
    );
  });

  it('shows everything but the table of one stream at 80x24', () => {
    expect(layout(80, 24, 1)).toEqual({
      status: { left: 0, top: 0, width: 80, height: 1 },
      headline: { left: 0, top: 1, width: 80, height: 1 },
      bigHeadline: false,
      body: { left: 0, top: 2, width: 80, height: 20 },
      chart: { left: 0, top: 2, width: 46, height: 12 },
      figures: { left: 46, top: 2, width: 34, height: 12 },
      waterfall: { left: 0, top: 14, width: 46, height: 8 },
      histogram: { left: 46, top: 14, width: 34, height: 8 },
      table: null,
      message: { left: 0, top: 22, width: 80, height: 1 },
      keys: { left: 0, top: 23, width: 80, height: 1 },
    });
  });

  it('gives the waterfall a row for each of more stages than usual', () => {
    const place = layout(80, 24, 1, 7);
    expect(place?.waterfall).toEqual({ left: 0, top: 13, width: 46, height: 9 });
    expect(place?.chart.height).toBe(11);
  });

  it('shows the table instead of the histogram for several streams at 80x24', () => {
    const place = layout(80, 24, 3);
    expect(place?.table).toEqual({ left: 0, top: 14, width: 46, height: 8 });
    expect(place?.waterfall).toEqual({ left: 46, top: 14, width: 34, height: 8 });
    expect(place?.histogram).toBeNull();
  });

  it('shows everything at 160x48, with a big headline and a row for each stream', () => {
    const place = layout(160, 48, 6);
    expect(place?.bigHeadline).toBe(true);
    expect(panels(place as Layout)).not.toContain(null);
    expect(place?.table?.height).toBe(10);
    expect(place?.table?.width).toBe(160);
  });

  it('keeps chart and figures in the smallest terminal', () => {
    const place = layout(MIN_COLUMNS, MIN_ROWS, 6);
    expect([place?.waterfall, place?.histogram, place?.table]).toEqual([null, null, null]);
  });
});
