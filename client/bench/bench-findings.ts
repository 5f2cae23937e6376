import { formatDurationUs } from '../../shared/units.js';
import type { Finding } from '../report/run-report-schema.js';
import type { BenchOutcome } from './coordinator.js';
import type { CheckedDevice } from './device-checks.js';

/** How much later the slowest p99 has to be, beyond what clocks leave open, to be told. */
const NOTABLE_RATIO = 1.5;

/** What is to be said about the devices of a benchmark: who does not count and why, and where they differ. */
export function benchFindings(
  devices: readonly CheckedDevice[],
  { trouble }: BenchOutcome,
  devicesAsked: number,
): Finding[] {
  return [
    ...(trouble ? [finding('problem', trouble.message, [])] : []),
    ...missing(devices, devicesAsked),
    ...devices.flatMap(notCounted),
    ...devices.flatMap(brokeOff),
    ...otherFrames(devices),
    ...slowest(devices),
  ];
}

function missing(devices: readonly CheckedDevice[], asked: number): Finding[] {
  const came = devices.length;
  if (came >= asked) return [];
  return [finding('warning', `${asked - came} of the ${asked} devices never joined.`, [`devices ${came} of ${asked}`])];
}

function notCounted({ known, why }: CheckedDevice): Finding[] {
  if (why === null) return [];
  const { name } = known.device;
  return [finding('warning', `${name} is not in the total: ${why}.`, [])];
}

function brokeOff({ known: { device, result }, measured }: CheckedDevice): Finding[] {
  if (!result || !measured || (result.reconnects === 0 && result.outageMs === 0)) return [];
  const { reconnects, outageMs } = result;
  const what = reconnects > 0 ? 'lost its connection in the window' : 'had no connection when the window began';
  return [
    finding('warning', `${device.name} ${what}; the frames of that time count as lost.`, [
      `${device.name}: reconnects ${reconnects}`,
      `${device.name}: outage ${formatDurationUs(outageMs * 1000)}`,
    ]),
  ];
}

/** All devices that count measured the same frames, so that they agree about how many there were. */
function otherFrames(devices: readonly CheckedDevice[]): Finding[] {
  const seen = devices.flatMap(({ known: { device, result }, why }) =>
    why === null && result ? [{ name: device.name, frames: result.received + result.lost + result.skipped }] : [],
  );
  const counts = seen.map(({ frames }) => frames).sort((a, b) => a - b);
  const usual = counts[counts.length >> 1] ?? 0;
  const others = seen.filter(({ frames }) => Math.abs(frames - usual) > 1);
  if (others.length === 0) return [];
  const names = others.map(({ name }) => name).join(', ');
  const sentence = `Devices do not agree how many frames the window had; most say ${usual}, others are ${names}.`;
  return [
    finding(
      'warning',
      sentence,
      others.map(({ name, frames }) => `${name}: frames ${frames}`),
    ),
  ];
}

function slowest(devices: readonly CheckedDevice[]): Finding[] {
  const known = devices.flatMap(({ known: { device, result }, measured, why }) => {
    const p99Us = measured?.latency.quantile(0.99);
    return why === null && p99Us != null ? [{ name: device.name, p99Us, errorUs: result?.clock.errorUs ?? 0 }] : [];
  });
  const sorted = known.sort((a, b) => a.p99Us - b.p99Us);
  const [best, worst] = [sorted[0], sorted.at(-1)];
  if (!best || !worst || best === worst) return [];
  const figures = [best, worst].map(
    ({ name, p99Us, errorUs }) => `${name}: p99 ${formatDurationUs(p99Us)} ± ${formatDurationUs(errorUs)}`,
  );
  const isCertain = worst.p99Us - worst.errorUs > best.p99Us + best.errorUs;
  if (!isCertain) return [finding('note', 'The clocks do not show that any device is later than another.', figures)];
  if (worst.p99Us < best.p99Us * NOTABLE_RATIO) return [];
  return [finding('note', `${worst.name} is the slowest device, by more than the clocks leave open.`, figures)];
}

function finding(severity: Finding['severity'], sentence: string, figures: string[]): Finding {
  return { severity, sentence, figures };
}
