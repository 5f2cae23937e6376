import type { TrustCheck } from '../report/run-trust-schema.js';
import type { CheckedDevice, ResultFrame } from './device-checks.js';
import { canJudgeDelay, whyTooSlow } from './keeping-up.js';

/** When the window was, and at which rate. */
type WindowFrame = Pick<ResultFrame, 'fps' | 'startTimeUs' | 'stopTimeUs'>;

/** What makes the figures of devices less certain; nothing of it makes the rest of a run invalid. */
export function deviceDoubts(devices: readonly CheckedDevice[], frame: WindowFrame): TrustCheck[] {
  if (devices.length === 0) return [];
  const leftOut = devices.filter(({ why }) => why !== null).length;
  return [
    doubt(
      'Devices that are not in the total',
      leftOut,
      'the table of devices says why; the figures are of the others.',
    ),
    ...keepingUp(devices, frame),
  ];
}

/** What devices say of how late they were themselves. */
function keepingUp(devices: readonly CheckedDevice[], frame: WindowFrame): TrustCheck[] {
  const told = devices.filter(({ measured }) => measured !== null);
  if (told.length === 0) return [];
  const slow = told.filter(
    ({ known, measured }) =>
      whyTooSlow(known.result?.ownDelayP99Us, measured?.latency.quantile(0.99) ?? null, frame) !== null,
  );
  const silent = told.filter(({ known }) => known.result?.ownDelayP99Us === undefined);
  return [
    doubt(
      'Devices that did not keep up',
      slow.length,
      canJudgeDelay(frame)
        ? 'they are left out of the total.'
        : 'in less than ten seconds one stop decides, so they are in the total all the same; measure longer.',
    ),
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
