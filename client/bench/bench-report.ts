import { availableParallelism } from 'node:os';
import { MAX_COUNT } from '../../shared/histogram-reader.js';
import { formatElapsedMs, formatWithError } from '../../shared/units.js';
import { RUN_REPORT_SCHEMA } from '../report/run-report-schema.js';
import type { ClockRecord, Provenance, RunReport, Subject } from '../report/run-report-schema.js';
import type { ServerSamples } from '../report/run-trust-schema.js';
import { earlyEndText } from '../report/sections/words.js';
import { judge } from '../trust/judge.js';
import { benchFindings } from './bench-findings.js';
import type { BenchOutcome } from './coordinator.js';
import { checkedDevice } from './device-checks.js';
import type { CheckedDevice, ResultFrame } from './device-checks.js';
import { deviceDoubts } from './device-doubts.js';
import { deviceSubject, totalSubject } from './device-subject.js';

/** What a report is made of, beside the outcome. */
export interface BenchReportParts {
  readonly devicesAsked: number;
  readonly maxClockErrorUs: number | null;
  /** How long it was to be. */
  readonly durationMs: number;
  /** What the server said of itself in the window; null where it was not asked. */
  readonly server: ServerSamples | null;
  readonly provenance: Provenance;
}

/** The report of a benchmark that is over. */
export function benchReport(outcome: BenchOutcome, parts: BenchReportParts): RunReport {
  const { startTimeUs, stopTimeUs } = outcome.window;
  const { maxClockErrorUs, devicesAsked, server, provenance } = parts;
  const frame: ResultFrame = { startTimeUs, stopTimeUs, fps: outcome.stream.fps, maxClockErrorUs };
  const devices = withinCapacity(outcome.devices.map((known) => checkedDevice(known, frame)));
  const total = totalSubject(devices, devicesAsked, frame);
  const deviceChecks = deviceDoubts(devices, frame);
  const judged = {
    kind: 'bench',
    generator: null,
    server,
    total,
    cores: availableParallelism(),
    deviceChecks,
  } as const;
  const validity = judge(judged);
  return {
    schema: RUN_REPORT_SCHEMA,
    kind: 'bench',
    verdict: verdictOf(devices, total, validity.valid, outcome, parts.durationMs),
    validity,
    provenance,
    clocks: devices.flatMap(clockOf),
    total,
    subjects: devices.map((device) => deviceSubject(device, frame)),
    generator: null,
    server,
    findings: benchFindings(devices, outcome, devicesAsked),
    details: {
      kind: 'bench',
      stream: outcome.stream.name,
      devicesAsked,
      startTimeUs,
      stopTimeUs,
      devices: devices.map((device) => detailsOf(device, frame)),
    },
  };
}

/** Devices whose values would be more, together, than a histogram can count are left out. */
function withinCapacity(devices: readonly CheckedDevice[]): CheckedDevice[] {
  let values = 0;
  return devices.map((device) => {
    if (device.why !== null || !device.measured) return device;
    const { latency, age } = device.measured;
    const more = Math.max(latency.count, age.count);
    if (values + more > MAX_COUNT) return { ...device, why: 'the total holds no more values' };
    values += more;
    return device;
  });
}

function verdictOf(
  devices: readonly CheckedDevice[],
  total: Subject | null,
  isValid: boolean,
  { window, interrupted }: BenchOutcome,
  durationMs: number,
): RunReport['verdict'] {
  const measuredMs = Math.round((window.stopTimeUs - window.startTimeUs) / 1000);
  const hasFrames = devices.some(({ known, measured }) => measured && (known.result?.received ?? 0) > 0);
  if (interrupted && !hasFrames) {
    return { level: 'done', sentence: `Ended after ${formatElapsedMs(measuredMs)}, before the first frame came.` };
  }
  const early = earlyEndText(interrupted, measuredMs, durationMs);
  if (!total) {
    const sentence = `${early}No device counts: none measured the whole window, kept up, and has a clock that is certain.`;
    return { level: interrupted ? 'done' : 'invalid', sentence };
  }
  const counted = devices.filter(({ why }) => why === null).length;
  const of = counted < devices.length ? `${counted} of ${devices.length} devices` : `${counted} devices`;
  const { latencyUs, frames } = total;
  const p99 = formatWithError(latencyUs.p99, latencyUs.errorUs);
  const who = devices.length === 1 ? 'The one device' : `${of.charAt(0).toUpperCase()}${of.slice(1)}`;
  const sentence = `${who} received ${frames.received} frames together and lost ${frames.lost}, with p99 ${p99}.`;
  return { level: isValid ? 'done' : 'invalid', sentence: `${early}${sentence}` };
}

/** A device compares the server's clock with its own; here it is told the other way round, as how far its own is off. */
function clockOf({ known: { device, result }, measured }: CheckedDevice): ClockRecord[] {
  if (!result || !measured) return [];
  const { offsetUs, errorUs, driftPpm, rttMinUs, rttP50Us } = result.clock;
  const rttUs = { min: rttMinUs, p50: rttP50Us, p99: null };
  return [{ of: device.name, offsetUs: negated(offsetUs), errorUs, driftPpm: negated(driftPpm), rttUs }];
}

/** Without a negative zero. */
function negated(value: number | null): number | null {
  return value === null ? null : 0 - value;
}

type DeviceDetails = Extract<RunReport['details'], { kind: 'bench' }>['devices'][number];

function detailsOf({ known, measured, why }: CheckedDevice, { startTimeUs, stopTimeUs }: ResultFrame): DeviceDetails {
  const { device, result } = known;
  const { joinedTimeUs, leftTimeUs } = device;
  const hasLeft = leftTimeUs !== null && leftTimeUs < stopTimeUs;
  const fromUs = measured && result ? result.fromTimeUs : joinedTimeUs;
  return {
    subject: device.name,
    platform: result?.about ? `${device.platform}: ${result.about}` : device.platform,
    clockErrorUs: result?.clock.errorUs ?? null,
    joinedAtMs: Math.round((fromUs - startTimeUs) / 1000),
    leftAtMs: hasLeft ? Math.max(0, Math.round((leftTimeUs - startTimeUs) / 1000)) : null,
    included: why === null,
    why,
  };
}
