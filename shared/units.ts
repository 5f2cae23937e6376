/** What stands where nothing was measured. */
export const NOTHING = '-';

interface Unit {
  readonly name: string;
  readonly us: number;
}

const MICROSECOND: Unit = { name: 'µs', us: 1 };
const MILLISECOND: Unit = { name: 'ms', us: 1_000 };
const SECOND: Unit = { name: 's', us: 1_000_000 };

/** More digits after the point than this nobody reads. */
const MAX_DECIMALS = 2;

/** Above this, minutes and hours read better than a number of seconds. */
const LONG_US = 120 * SECOND.us;

/**
 * A duration of `us` microseconds with the unit that suits its size: `850 µs`, `3.1 ms`, `250 ms`, `1.25 s`,
 * `3m 20s`. Negative values keep their sign; null gives `-`.
 */
export function formatDurationUs(us: number | null): string {
  if (us === null || !Number.isFinite(us)) return NOTHING;
  if (Math.abs(us) >= LONG_US) return (us < 0 ? '-' : '') + formatElapsedMs(Math.abs(us) / 1000);
  const unit = unitFor(us);
  return `${fixed(us / unit.us, decimalsFor(us, unit))} ${unit.name}`;
}

/**
 * A duration with the bound of its error, both in microseconds, shown in one unit and to the same digit:
 * `12.4 ms ± 0.3 ms`; each in its own unit when they are too far apart for that. The error is rounded up, since a bound
 * must not look smaller than it is. Without an error (null) only the value; without a value `-`.
 */
export function formatWithError(us: number | null, errorUs: number | null): string {
  if (us === null || errorUs === null || !Number.isFinite(us) || !Number.isFinite(errorUs)) return formatDurationUs(us);
  const larger = Math.max(Math.abs(us), errorUs);
  const unit = unitFor(larger);
  const decimals = Math.max(decimalsFor(larger, unit), decimalsToShow(errorUs / unit.us));
  if (larger >= LONG_US || decimals > MAX_DECIMALS)
    return `${formatDurationUs(us)} ± ${formatDurationUs(Math.ceil(errorUs))}`;
  const error = roundedUp(errorUs / unit.us, decimals);
  return `${fixed(us / unit.us, decimals)} ${unit.name} ± ${fixed(error, decimals)} ${unit.name}`;
}

/** Like `formatWithError`, with a `+` before a positive value: for offsets, where the sign is the message. */
export function formatOffset(us: number | null, errorUs: number | null): string {
  return (us !== null && us > 0 ? '+' : '') + formatWithError(us, errorUs);
}

/** A count: exact below 10,000, then in thousands or millions: `9999`, `12.3k`, `4.5M`. */
export function formatCount(count: number): string {
  return scaled(count, 10_000, ['', 'k', 'M', 'G'], 0);
}

/** An amount of data of `bytes` bytes: `512 B`, `30.1 kB`, `1.2 GB` (powers of 1000). */
export function formatBytes(bytes: number): string {
  return scaled(bytes, 1_000, [' B', ' kB', ' MB', ' GB', ' TB'], 0);
}

/** A rate of `mbps` million bits per second: `0.42 Mbit/s`, `7.4 Mbit/s`, `250 Mbit/s`, `1.2 Gbit/s`. */
export function formatMbps(mbps: number): string {
  const [value, unit] = Math.abs(mbps) < 999.5 ? [mbps, 'Mbit/s'] : [mbps / 1000, 'Gbit/s'];
  return `${fixed(value, significant(value))} ${unit}`;
}

/** A size in pixels, as `1280x720`; null while it is not known (0). */
export function formatSize({ width, height }: { readonly width: number; readonly height: number }): string | null {
  return width > 0 && height > 0 ? `${width}x${height}` : null;
}

/** A frame rate of `fps` frames a second: `30.0 fps`. */
export function formatFps(fps: number): string {
  return `${fixed(fps, 1)} fps`;
}

/** A drift of `ppm` parts per million with its sign: `+12.3 ppm`; null gives `-`. */
export function formatPpm(ppm: number | null): string {
  if (ppm === null) return NOTHING;
  return `${ppm > 0 ? '+' : ''}${fixed(ppm, 1)} ppm`;
}

/** Time that passed, in milliseconds, in the largest two units: `12s`, `3m 20s`, `2h 05m`, `3d 04h`. */
export function formatElapsedMs(elapsedMs: number): string {
  const seconds = Math.floor(elapsedMs / 1000);
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)}m ${twoDigits(seconds % 60)}s`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)}h ${twoDigits(Math.floor(seconds / 60) % 60)}m`;
  return `${Math.floor(seconds / 86_400)}d ${twoDigits(Math.floor(seconds / 3_600) % 24)}h`;
}

/** The unit in which `us` rounds to less than 1000, so that 999.7 µs reads `1.0 ms` and not `1000 µs`. */
function unitFor(us: number): Unit {
  const size = Math.abs(us);
  if (size < 999.5) return MICROSECOND;
  return size < 999.5 * MILLISECOND.us ? MILLISECOND : SECOND;
}

function decimalsFor(us: number, unit: Unit): number {
  const size = Math.abs(us) / unit.us;
  if (unit === MICROSECOND) return 0;
  if (unit === SECOND) return size < 9.995 ? 2 : 1;
  return size < 99.95 ? 1 : 0;
}

/** Digits after the point that `value` needs to show at all. */
function decimalsToShow(value: number): number {
  return value === 0 || value >= 0.95 ? 0 : Math.ceil(-Math.log10(value / 0.95));
}

function significant(value: number): number {
  const size = Math.abs(value);
  if (size < 0.995) return 2;
  return size < 99.95 ? 1 : 0;
}

function scaled(value: number, exactBelow: number, suffixes: readonly string[], exponent: number): string {
  if (exponent === 0 && Math.abs(value) < exactBelow) return `${Math.round(value)}${suffixes[0] ?? ''}`;
  const size = Math.abs(value) / 1000 ** exponent;
  const last = exponent === suffixes.length - 1;
  if (exponent === 0 || (size >= 999.5 && !last)) return scaled(value, exactBelow, suffixes, exponent + 1);
  return fixed(value / 1000 ** exponent, size < 99.95 ? 1 : 0) + (suffixes[exponent] ?? '');
}

/** The least number of so many decimals that is not below `value`, but for what dividing it may have added. */
function roundedUp(value: number, decimals: number): number {
  const scale = 10 ** decimals;
  return Math.ceil(value * scale - 1e-9) / scale;
}

/** `toFixed` without a minus sign on what rounds to zero. */
function fixed(value: number, decimals: number): string {
  const text = value.toFixed(decimals);
  return Number(text) === 0 ? text.replace('-', '') : text;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
