/** When a source says that it captured a frame, in microseconds since the epoch of its own clock. */
export interface StatedTime {
  readonly timeUs: number;
  /** Bound of the error, where the source states that too. */
  readonly errorUs: number | null;
}

/** Value of a header, whose name is in lower case. */
export type HeaderLookup = (name: string) => string | undefined;

/** Smaller numbers count from the start of the machine or are no times: nothing was captured before 2001. */
const EARLIEST_S = 1_000_000_000;
/** Microseconds of one unit, for numbers below `below`: seconds, milliseconds, microseconds, nanoseconds. */
const UNITS = [
  { below: EARLIEST_S * 100, unitUs: 1_000_000 },
  { below: EARLIEST_S * 100_000, unitUs: 1_000 },
  { below: EARLIEST_S * 100_000_000, unitUs: 1 },
  { below: EARLIEST_S * 100_000_000_000, unitUs: 0.001 },
];

const DECIMAL = /^\d{1,20}(\.\d{1,20})?$/;
const ISO_DATE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;
const MICROSECONDS = /^\d{1,15}$/;

/**
 * The time in the headers of a frame: `X-Timestamp`, seconds since the epoch as uStreamer and MJPG-streamer send it, or
 * any other usual unit, or a date of ISO 8601; and its error in `X-Clock-Error-Us`, which our own gateway sends. Null
 * where there is none that can be read.
 */
export function statedTime(header: HeaderLookup): StatedTime | null {
  const timeUs = timeFromText((header('x-timestamp') ?? '').trim());
  if (timeUs === null) return null;
  const errorText = (header('x-clock-error-us') ?? '').trim();
  return { timeUs, errorUs: MICROSECONDS.test(errorText) ? Number(errorText) : null };
}

/** How far `X-Timestamp` can be from the time that it was made of, by its number of digits; 0 where there is none. */
export function statedResolutionUs(header: HeaderLookup): number {
  const text = (header('x-timestamp') ?? '').trim();
  const digits = /\.(\d+)/.exec(text)?.[1]?.length ?? 0;
  // Dates are read to the millisecond.
  if (ISO_DATE.test(text)) return Math.max(1000, 1_000_000 / 10 ** digits);
  const unit = DECIMAL.test(text) ? UNITS.find(({ below }) => Number(text) < below) : undefined;
  return unit === undefined ? 0 : Math.max(1, unit.unitUs / 10 ** digits);
}

function timeFromText(text: string): number | null {
  if (ISO_DATE.test(text)) {
    const timeMs = Date.parse(text);
    return Number.isNaN(timeMs) ? null : timeMs * 1000;
  }
  const value = DECIMAL.test(text) ? Number(text) : 0;
  const unit = UNITS.find(({ below }) => value < below);
  return value < EARLIEST_S || unit === undefined ? null : Math.round(value * unit.unitUs);
}
