import { StreamerError } from '../../shared/errors.js';
import { redactUrl } from '../../shared/redact.js';

/** Microseconds of each unit. */
const UNITS_US: Readonly<Record<string, number>> = { us: 1, ms: 1000, s: 1_000_000 };
const FRAGMENT = /^#clock-error=(\d{1,7}(?:\.\d{1,3})?)(us|ms|s)$/;

/**
 * How far the clock behind the capture times that a target states may be from ours, in microseconds: what the user says
 * in the address, as in `rtsp://host/cam#clock-error=5ms`, since no protocol but ours lets us find out. Null where nothing
 * is said. The fragment of an address is never sent to anybody.
 *
 * @throws {StreamerError} BAD_USAGE for any other fragment
 */
export function statedClockErrorUs(url: URL): number | null {
  if (url.hash === '') return null;
  const [, amount, unit = ''] = FRAGMENT.exec(url.hash) ?? [];
  const unitUs = UNITS_US[unit];
  if (amount !== undefined && unitUs !== undefined) return Math.ceil(Number(amount) * unitUs);
  const shown = JSON.stringify(redactUrl(url.href).slice(0, 200));
  throw new StreamerError('BAD_USAGE', `${shown} has a part after # that is no clock error, such as #clock-error=5ms.`);
}
