import { formatBytes, formatMbps } from '../../shared/units.js';
import type { Finding } from '../report/run-report-schema.js';
import { counted, exactCount } from '../report/sections/words.js';
import { delivered } from './measured-cameras.js';
import type { MeasuredCameras } from './measured-cameras.js';

const LINES_MBPS = { '100 Mbit/s': 100, '1 Gbit/s': 1000 };
/** A line or a machine that is fuller than this has no room for peaks. */
const FULL_PERCENT = 80;
/** A sample of the process is about the time before it. */
const SAMPLE_MS = 1000;
/** More than so many nobody believes of a straight line. */
const MAX_EXTRAPOLATED = 10_000;

/** What the cameras cost this machine and its network, and how many more would fit. */
export function machineFindings(run: MeasuredCameras): Finding[] {
  const working = run.cameras.filter(delivered).length;
  if (working === 0) return [];
  return [bandwidthFinding(run, working), ...cpuFinding(run, working), ...memoryFinding(run, working)];
}

function bandwidthFinding({ total }: MeasuredCameras, working: number): Finding {
  const { throughputMbps } = total;
  const shares = Object.entries(LINES_MBPS).map(
    ([line, mbps]) => `${percent((throughputMbps / mbps) * 100)} of ${line}`,
  );
  const isFull = throughputMbps > (LINES_MBPS['1 Gbit/s'] * FULL_PERCENT) / 100;
  const each = throughputMbps / working;
  return {
    severity: isFull ? 'warning' : 'note',
    sentence:
      `The cameras sent ${formatMbps(throughputMbps)} in the mean, which is ${shares.join(' and ')}` +
      (isFull ? '; spread them over more lines, or lower their bit rate.' : '.'),
    figures: [`total: ${formatMbps(throughputMbps)}`, `a camera in the mean: ${formatMbps(each)}`],
  };
}

function cpuFinding(run: MeasuredCameras, working: number): Finding[] {
  const { cores } = run;
  const { cpuPercent, machineCpuPercent } = cpuBehindRamp(run);
  if (cpuPercent === null || machineCpuPercent === null) return [];
  const each = cpuPercent / working;
  const free = ((FULL_PERCENT - machineCpuPercent) / 100) * cores * 100;
  const isFull = free <= 0;
  return [
    {
      severity: isFull ? 'warning' : 'note',
      sentence: isFull
        ? `This machine is busier than ${FULL_PERCENT} %: more cameras need another one.`
        : `Reading one camera costs at most ${each.toFixed(2)} % of a core here, with its share of what the process itself takes; in a straight line ${room(free / each)} more would fit before CPU is at ${FULL_PERCENT} %, which is extrapolated and not measured.`,
      figures: [
        `this process: ${cpuPercent.toFixed(1)} % of a core for ${counted(working, 'camera')}`,
        `this machine: ${percent(machineCpuPercent)} of ${cores} cores`,
      ],
    },
  ];
}

/** While cameras were still being opened, all of them together cost less than they do; null where that never ended. */
function cpuBehindRamp({ generator, rampMs }: MeasuredCameras): {
  readonly cpuPercent: number | null;
  readonly machineCpuPercent: number | null;
} {
  if (rampMs === 0) return generator;
  const behind = generator.samples.filter(({ atMs }) => atMs >= rampMs + SAMPLE_MS);
  return {
    cpuPercent: mean(behind.map(({ cpuPercent }) => cpuPercent)),
    machineCpuPercent: mean(behind.flatMap(({ machineCpuPercent }) => machineCpuPercent ?? [])),
  };
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function memoryFinding({ generator, details, memoryBytes }: MeasuredCameras, working: number): Finding[] {
  const { memoryPercent } = details.machine;
  if (memoryPercent === null) return [];
  const grown = Math.max(0, generator.residentBytes.max - details.residentBytesBefore);
  const each = grown / working;
  const free = ((FULL_PERCENT - memoryPercent.max) / 100) * memoryBytes;
  const isFull = free <= 0;
  return [
    {
      severity: isFull ? 'warning' : 'note',
      sentence: isFull
        ? `The memory of this machine is fuller than ${FULL_PERCENT} %: more cameras need another one.`
        : `One camera takes at most ${formatBytes(each)} of memory here; in a straight line ${room(free / each)} more would fit before it is ${FULL_PERCENT} % full, which is extrapolated and not measured.`,
      figures: [
        `this process: ${formatBytes(details.residentBytesBefore)} before the first camera, at most ${formatBytes(generator.residentBytes.max)}`,
        `this machine: at most ${percent(memoryPercent.max)} of ${formatBytes(memoryBytes)}`,
      ],
    },
  ];
}

/** What the process itself needs is in what a camera costs, so that it is a lower bound: with more cameras it is shared. */
function room(cameras: number): string {
  return cameras > MAX_EXTRAPOLATED
    ? `more than ${exactCount(MAX_EXTRAPOLATED)}`
    : `at least ${exactCount(Math.floor(cameras))}`;
}

function percent(value: number): string {
  return `${value < 10 ? value.toFixed(1) : value.toFixed(0)} %`;
}
