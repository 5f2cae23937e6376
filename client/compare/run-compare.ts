import { StreamerError } from '../../shared/errors.js';
import type { RunParts } from '../commands/run-command.js';
import { startProvenance } from '../report/provenance.js';
import type { RunReport } from '../report/run-report-schema.js';
import type { CompareConfig } from './compare-config.js';
import { compareReport } from './compare-report.js';
import { compareRuns } from './compare-runs.js';
import type { Sides } from './compare-runs.js';
import type { ComparedRun } from './compared-run.js';
import { readRun } from './read-runs.js';
import { differencesOf, warningsOf } from './unlike.js';

/**
 * Runs `streamer-client compare`: reads the files, and compares what is in all of them.
 *
 * @throws {StreamerError} BAD_REPORT for a file that is none, RUNS_UNLIKE for runs that cannot be compared.
 */
export async function runCompare(config: CompareConfig, parts: RunParts): Promise<RunReport> {
  const provenance = startProvenance(parts);
  const sides = { a: await readRuns(config.a), b: await readRuns(config.b) };
  const unlike = allDifferences(sides, differencesOf);
  const warnings = allDifferences(sides, warningsOf);
  if (unlike.length > 0 && !config.allowUnlike) throw refusal(unlike);
  const comparison = compareRuns(sides, config.conditions);
  if (comparison.rows.length === 0) {
    throw new StreamerError('RUNS_UNLIKE', 'The runs have no subject in common, so that there is nothing to compare.');
  }
  const { conditions } = config;
  return compareReport({
    sides,
    conditions,
    comparison,
    unlike: [...unlike, ...warnings],
    provenance: provenance.finish(false),
  });
}

/** One after another: each file may be large. */
async function readRuns(files: readonly string[]): Promise<ComparedRun[]> {
  const runs: ComparedRun[] = [];
  for (const file of files) runs.push(await readRun(file));
  return runs;
}

function allDifferences({ a, b }: Sides, between: typeof differencesOf): string[] {
  const [first, ...others] = [...a, ...b];
  if (!first) return [];
  return [...new Set(others.flatMap((run) => between(run, first)))];
}

function refusal(unlike: readonly string[]): StreamerError {
  const sentence = `The runs differ in more than their figures: ${unlike.join('; ')}. --allow-unlike compares them all the same.`;
  return new StreamerError('RUNS_UNLIKE', sentence);
}
