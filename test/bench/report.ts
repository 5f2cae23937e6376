import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Machine } from './machine.js';
import { isMet } from './scenario.js';
import type { Bar, ScenarioResult } from './scenario.js';
import { formatTable } from './table.js';

/** A scenario that has run: what it found, and the commands it was measured with. */
export interface ScenarioReport extends ScenarioResult {
  readonly name: string;
  readonly title: string;
  readonly seconds: number;
  readonly commands: readonly string[];
}

/** Everything a run of the benchmark found. */
export interface BenchReport {
  readonly startedAt: string;
  readonly quick: boolean;
  readonly machine: Machine;
  readonly scenarios: readonly ScenarioReport[];
}

const SCHEMA = 'frame-streamer/bench/1';
const FOLDER = 'bench-results';

/** Tables, notes and bars of one scenario as text. */
export function formatResult({ title, seconds, tables, notes, bars }: ScenarioReport): string {
  const heading = `${title} (${seconds} s)`;
  const parts = [...tables.map(formatTable), ...notes.map((note) => `  ${note}`), ...bars.map(formatBar)];
  return [heading, ...parts].join('\n\n').replaceAll(/\n\n(?= {2}\[)/g, '\n');
}

/** All bars together. */
export function formatSummary(reports: readonly ScenarioReport[]): string {
  const bars = reports.flatMap((report) => report.bars);
  return ['Bars', ...bars.map(formatBar)].join('\n');
}

/** Writes the report as JSON to `out`, or into a file of its own in bench-results/; resolves to the file's name. */
export async function writeReport(report: BenchReport, out: string | null): Promise<string> {
  const file = out ?? join(FOLDER, `${report.startedAt.replaceAll(/[:.]/g, '-')}.json`);
  await mkdir(dirname(file), { recursive: true });
  const scenarios = report.scenarios.map((scenario) => ({
    ...scenario,
    bars: scenario.bars.map((bar) => ({ ...bar, met: isMet(bar) })),
  }));
  await writeFile(file, `${JSON.stringify({ schema: SCHEMA, ...report, scenarios }, null, 2)}\n`);
  return file;
}

function formatBar(bar: Bar): string {
  const met = isMet(bar);
  const verdict = met === null ? 'not run' : met ? 'met' : 'MISSED';
  const measured = bar.measured === null ? '' : `: ${rounded(bar.measured)} ${bar.unit}`;
  return `  [${verdict}] ${bar.name}${measured} (bar: ${bar.relation} ${rounded(bar.limit)} ${bar.unit})`;
}

function rounded(value: number): string {
  return String(Number(value.toPrecision(4)));
}
