import { formatBytes, formatDurationUs } from '../../shared/units.js';
import type { Subject } from '../report/run-report-schema.js';
import type { GeneratorFigures, TrustCheck, Validity } from '../report/run-trust-schema.js';
import { figureChecks } from './figure-checks.js';
import { ownDelayUs } from './delay-checks.js';
import { generatorChecks } from './generator-checks.js';
import type { JudgedRun } from './judged-run.js';
import { whatNotToUse } from './what-not-to-use.js';

/**
 * Whether the figures of a run are about the server and the path, and not about the process that measured them; every
 * check with its limit is explained in docs/measuring.md.
 */
export function judge(run: JudgedRun): Validity {
  const checks = [
    ...lossChecks(run.lostThreads ?? []),
    ...(run.generator ? generatorChecks(run, run.generator) : []),
    ...(run.deviceChecks ?? []),
    ...figureChecks(run.total),
  ];
  const failed = checks.filter(({ ok }) => !ok);
  const reasons = failed.filter(({ severity }) => severity === 'invalid').map(sentenceOf);
  return { valid: reasons.length === 0, reasons, checks, trust: trustOf(run, failed) };
}

/** A thread that is gone is no figure of the run, so there is a check only where there was one. */
function lossChecks(lost: readonly Pick<Error, 'message'>[]): TrustCheck[] {
  const [first] = lost;
  if (!first) return [];
  const why = `what its sessions measured is missing (${first.message}), and the load was less than what was asked for.`;
  const check = { name: 'Threads of the generator that are gone', value: lost.length, limit: 0, unit: '', ok: false };
  return [{ ...check, severity: 'invalid', why }];
}

function sentenceOf({ name, value, limit, unit, why }: TrustCheck): string {
  return `${name}: ${amount(value, unit)}, where ${amount(limit, unit)} is the limit; ${why}`;
}

function amount(value: number, unit: string): string {
  if (unit === 'us') return formatDurationUs(value);
  if (unit === 'bytes') return formatBytes(value);
  const text = Number.isInteger(value) ? `${value}` : value.toFixed(1);
  return unit === '' ? text : `${text} ${unit}`;
}

/** How far the figures can be trusted, in one sentence with its figures. */
function trustOf({ generator, server, total, deviceChecks }: JudgedRun, failed: readonly TrustCheck[]): string {
  const hasLatency = total !== null && total.latencyUs.count > 0;
  const parts = [
    hasLatency ? clocksPart(total) : 'no latency was measured in the whole',
    deviceChecks ? 'each device watches itself' : generatorPart(generator, hasLatency),
    ...(server === null ? ['the server was not asked, so what it says of itself is not known'] : []),
    ...invalidPart(total, failed),
  ];
  const sentence = parts.join('; ');
  return `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}.`;
}

/** The error stated beside a latency is that of clocks alone: whoever was late to read adds to it, and to one side only. */
function clocksPart({ latencyUs: { errorUs } }: Subject): string {
  return errorUs === null
    ? 'how far latencies are from the truth is not known'
    : `by the clocks, latencies are right to ± ${formatDurationUs(errorUs)}`;
}

function generatorPart(generator: GeneratorFigures | null, hasLatency: boolean): string {
  if (generator === null) return 'nobody watched what measured them';
  const late = `the generator itself was late by ${formatDurationUs(ownDelayUs(generator, 'p99'))} at p99`;
  return hasLatency ? `${late}, which is in them` : late;
}

function invalidPart(total: Subject | null, failed: readonly TrustCheck[]): readonly string[] {
  if (failed.some(({ severity }) => severity === 'invalid')) return [whatNotToUse(total, failed)];
  return failed.length === 0 ? [] : [`less is certain for: ${listOf(failed)}`];
}

function listOf(checks: readonly TrustCheck[]): string {
  return checks.map(({ name }) => lowercased(name)).join(', ');
}

/** The first letter is small inside a sentence, unless it is that of an abbreviation, such as CPU. */
function lowercased(name: string): string {
  return /^[A-Z][a-z]/.test(name) ? name.charAt(0).toLowerCase() + name.slice(1) : name;
}
