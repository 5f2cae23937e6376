import { formatBytes, formatDurationUs, formatMbps } from '../../shared/units.js';
import type { ErrorTally } from '../report/run-report-schema.js';
import type { ServerSamples } from '../report/run-trust-schema.js';
import type { MeasuredStep } from './objective-readings.js';

/** A thread that is busy for so much of the time has work waiting. */
const BUSY_CORE_PERCENT = 85;
const BUSY_MACHINE_PERCENT = 90;
/** The hypervisor gave the time to others. */
const STOLEN_PERCENT = 10;
/** An event loop that is so late is never merely idle. */
const LATE_LOOP_US = 50_000;
/** More sessions that bring less than so much of the bytes that they should are held back by something. */
const FLAT_THROUGHPUT = 0.25;

/** Errors by which a server says that it takes no more, rather than that something broke. */
const REFUSALS = new Set([
  'SERVER_FULL',
  'SOURCE_DENIED',
  'SOURCE_BAD_ANSWER',
  'PUBLISH_REFUSED',
  'RESOURCE_LIMIT',
  'TOO_MANY_STREAMS',
]);

/** Whether a server that answers with `code` is there, and takes no more. */
export function isRefusal(code: string): boolean {
  return REFUSALS.has(code);
}

/**
 * Where the bottleneck was, as far as figures show it, all of them in words: what was refused, and what of the server and
 * the machine was at its end in the step that broke. "Not known", with the figures, where nothing was.
 *
 * @param held the largest step that held, for comparison; null where there was none
 */
export function bottleneckOf(broke: MeasuredStep, held: MeasuredStep | null): string {
  const refusals = refused(broke.figures.total.errors);
  // Then nothing had to be at its end.
  if (refusals.length > 0) return `${capitalized(refusals.join('; '))}.`;
  const reasons = [...ofServer(broke.server), ...ofMachine(broke), ...ofNetwork(broke, held)];
  if (reasons.length > 0) return `${capitalized(reasons.join('; '))}.`;
  const figures = idleFigures(broke);
  return figures.length > 0
    ? `Not known: ${figures.join(', ')}.`
    : 'Not known: the server was not asked how it is doing (--server-api).';
}

/** What they say stands in what broke. */
function refused(errors: readonly ErrorTally[]): string[] {
  const codes = errors.filter(({ code }) => isRefusal(code)).map(({ code }) => code);
  if (codes.length === 0) return [];
  // Its limit is an option, and the one of this package has one by default.
  const limit = codes.includes('SERVER_FULL') ? ' than its limit of clients (--max-clients) allows' : '';
  return [`the server took no more (${codes.join(', ')})${limit}, whatever it could have borne`];
}

function ofServer(server: ServerSamples | null): string[] {
  const samples = server?.samples ?? [];
  if (samples.length === 0) return [];
  const cpu = meanOf(samples.map(({ cpuPercent }) => cpuPercent));
  const delay = Math.max(...samples.map(({ loopDelayP99Us }) => loopDelayP99Us));
  return [
    ...(cpu >= BUSY_CORE_PERCENT ? [`the server was busy ${percent(cpu)} of a core`] : []),
    ...(delay >= LATE_LOOP_US
      ? [`the event loop of the server was up to ${formatDurationUs(delay)} late (p99 of a second)`]
      : []),
  ];
}

function ofMachine({ figures: { generator }, server }: MeasuredStep): string[] {
  const { machineCpuPercent: busy, stolenCpuPercent: stolen } = generator;
  const whose =
    server === null || server.isSameMachine ? 'the machine that the load was made on' : 'the machine of the generator';
  return [
    ...(busy !== null && busy >= BUSY_MACHINE_PERCENT
      ? [`${whose} was busy ${percent(busy)}, all its cores together`]
      : []),
    ...(stolen !== null && stolen >= STOLEN_PERCENT ? [`the hypervisor took ${percent(stolen)} of its time away`] : []),
  ];
}

/** Bytes that do not grow with the sessions were stopped by a line, or by whoever writes to it. */
function ofNetwork(broke: MeasuredStep, held: MeasuredStep | null): string[] {
  if (!held || held.sessions >= broke.sessions) return [];
  const before = held.figures.total.throughputMbps;
  const after = broke.figures.total.throughputMbps;
  const growth = (after - before) / before;
  const expected = broke.sessions / held.sessions - 1;
  // Below a tenth more sessions the difference is lost in noise.
  if (!(before > 0) || expected < 0.1 || growth > expected * FLAT_THROUGHPUT) return [];
  return [
    `throughput went from ${formatMbps(before)} with ${held.sessions} to no more than ${formatMbps(after)} with ${broke.sessions}`,
  ];
}

function idleFigures({ server, figures: { generator, total } }: MeasuredStep): string[] {
  const samples = server?.samples ?? [];
  if (samples.length === 0) return [];
  const machine = generator.machineCpuPercent;
  return [
    `the server used ${percent(meanOf(samples.map(({ cpuPercent }) => cpuPercent)))} of a core`,
    `${formatBytes(Math.max(...samples.map(({ residentBytes }) => residentBytes)))} of memory`,
    `its event loop was ${formatDurationUs(Math.max(...samples.map(({ loopDelayP99Us }) => loopDelayP99Us)))} late at most (p99 of a second)`,
    ...(machine === null ? [] : [`this machine was busy ${percent(machine)}`]),
    `${formatMbps(total.throughputMbps)} came`,
  ];
}

function percent(value: number): string {
  return `${value.toFixed(0)} %`;
}

function capitalized(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

function meanOf(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0) / Math.max(1, values.length);
}
