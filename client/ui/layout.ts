/** A panel's place on the screen, in cells; borders, where it has them, are inside. */
export interface Rect {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Where everything stands. Panels that find no room are null; `body` is what the live picture may take. */
export interface Layout {
  readonly status: Rect;
  readonly headline: Rect;
  /** Whether the headline has the three rows that big digits need. */
  readonly bigHeadline: boolean;
  readonly body: Rect;
  readonly chart: Rect;
  readonly figures: Rect;
  readonly waterfall: Rect | null;
  readonly histogram: Rect | null;
  readonly table: Rect | null;
  readonly message: Rect;
  readonly keys: Rect;
}

export const MIN_COLUMNS = 60;
export const MIN_ROWS = 16;

/** Rows of the body from which a second row of panels fits, and from which the table gets a row of its own. */
const TWO_ROWS_BODY = 18;
const OWN_TABLE_BODY = 27;
/** Rows that a table needs for its border, its heading and the line below that. */
export const TABLE_FRAME_ROWS = 4;
/** Stages that the waterfall lists usually. */
const USUAL_STAGES = 6;
/** Rows that a panel's border takes. */
const BORDER_ROWS = 2;

/**
 * Divides a terminal of `columns` by `rows` cells for a number of streams, and of stages in the waterfall; null when it
 * is too small. The panels of the body tile it exactly: chart and figures always, waterfall, histogram and table as
 * there is room.
 */
export function layout(columns: number, rows: number, streams: number, stages = USUAL_STAGES): Layout | null {
  if (!(columns >= MIN_COLUMNS && rows >= MIN_ROWS)) return null;
  const bigHeadline = columns >= 100 && rows >= 36;
  const headlineRows = bigHeadline ? 4 : 1;
  const row = (top: number, height = 1): Rect => ({ left: 0, top, width: columns, height });
  const bodyTop = 1 + headlineRows;
  const body = row(bodyTop, rows - bodyTop - 2);
  return {
    status: row(0),
    headline: row(1, headlineRows),
    bigHeadline,
    body,
    ...panels(body, streams, stages),
    message: row(rows - 2),
    keys: row(rows - 1),
  };
}

type Panels = Pick<Layout, 'chart' | 'figures' | 'waterfall' | 'histogram' | 'table'>;

function panels(body: Rect, streams: number, stages: number): Panels {
  const sideWidth = Math.max(34, Math.min(48, Math.round(body.width * 0.3)));
  if (body.height < TWO_ROWS_BODY) {
    const [chart, figures] = sideBySide(body, sideWidth);
    return { chart, figures, waterfall: null, histogram: null, table: null };
  }
  const ownTable = streams > 1 && body.height >= OWN_TABLE_BODY;
  const tableRows = ownTable ? Math.min(streams + TABLE_FRAME_ROWS, Math.round(body.height * 0.3)) : 0;
  const restRows = body.height - tableRows;
  const lowerRows = Math.max(stages + BORDER_ROWS, Math.min(16, Math.round(restRows * 0.4)));
  const [chart, figures] = sideBySide(rowsOf(body, 0, restRows - lowerRows), sideWidth);
  const lower = rowsOf(body, restRows - lowerRows, lowerRows);
  if (streams > 1 && !ownTable) {
    const [table, waterfall] = sideBySide(lower, sideWidth);
    return { chart, figures, waterfall, histogram: null, table };
  }
  const [waterfall, histogram] = sideBySide(lower, body.width >= 120 ? Math.floor(body.width / 2) : sideWidth);
  return { chart, figures, waterfall, histogram, table: ownTable ? rowsOf(body, restRows, tableRows) : null };
}

function sideBySide(rect: Rect, rightWidth: number): [left: Rect, right: Rect] {
  const leftWidth = rect.width - rightWidth;
  return [
    { ...rect, width: leftWidth },
    { ...rect, left: rect.left + leftWidth, width: rightWidth },
  ];
}

function rowsOf(rect: Rect, offset: number, height: number): Rect {
  return { ...rect, top: rect.top + offset, height };
}
