import { formatDurationUs } from '../../shared/units.js';
import type { TrustCheck } from '../report/run-trust-schema.js';
import type { CheckedDevice, ResultFrame } from './device-checks.js';

/** As for whoever makes load (docs/measuring.md): shares of its latency p99, and of the time between two frames. */
const DELAY_OF_LATENCY = 0.25;
const DELAY_OF_PERIOD = 0.2;
/** Where nobody says how many frames a second come. */
const USUAL_FPS = 30;

/** How late a device may be itself, at p99, so that its latencies are those of the path. Microseconds. */
export function maxOwnDelayUs(latencyP99Us: number | null, fps: number): number {
  const periodUs = 1e6 / (fps > 0 ? fps : USUAL_FPS);
  return Math.round(Math.max(DELAY_OF_PERIOD * periodUs, DELAY_OF_LATENCY * (latencyP99Us ?? 0)));
}

/** Why a device that was late itself does not count; null where it kept up, or does not say. */
export function whyTooSlow(
  ownDelayP99Us: number | undefined,
  latencyP99Us: number | null,
  { fps }: Pick<ResultFrame, 'fps'>,
): string | null {
  const limitUs = maxOwnDelayUs(latencyP99Us, fps);
  if (ownDelayP99Us === undefined || ownDelayP99Us <= limitUs) return null;
  const [late, limit] = [formatDurationUs(ownDelayP99Us), formatDurationUs(limitUs)];
  return `it did not keep up: it was itself late by ${late} at p99, where ${limit} is the limit`;
}

/** What devices say of how late they were themselves; none of these makes the rest of a run invalid. */
export function keepingUpChecks(devices: readonly CheckedDevice[], frame: Pick<ResultFrame, 'fps'>): TrustCheck[] {
  const told = devices.filter(({ measured }) => measured !== null);
  if (told.length === 0) return [];
  const slow = told.filter(
    ({ known, measured }) =>
      whyTooSlow(known.result?.ownDelayP99Us, measured?.latency.quantile(0.99) ?? null, frame) !== null,
  );
  const silent = told.filter(({ known }) => known.result?.ownDelayP99Us === undefined);
  return [
    doubt('Devices that did not keep up', slow.length, 'they are left out of the total.'),
    doubt(
      'Devices that do not say how late they were themselves',
      silent.length,
      'their latencies may in part be those of the device.',
    ),
  ];
}

function doubt(name: string, value: number, why: string): TrustCheck {
  return { name, value, limit: 0, unit: '', ok: value === 0, severity: 'doubt', why };
}
