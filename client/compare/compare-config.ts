import { StreamerError } from '../../shared/errors.js';
import { checkedValues, defaultsOf, givenByEnvironment, givenByFlags } from '../../shared/option-table.js';
import type { RunOutput } from '../report/run-output.js';
import { COMPARE_OPTIONS } from './compare-options.js';
import { parseConditions } from './condition.js';
import type { Condition } from './condition.js';

/** The configuration of a comparison: complete and checked. */
export interface CompareConfig {
  /** Files of the runs before; one at least. */
  readonly a: readonly string[];
  /** Files of the runs after; one at least. */
  readonly b: readonly string[];
  readonly conditions: readonly Condition[];
  /** Whether runs are compared that differ in more than their figures. */
  readonly allowUnlike: boolean;
  readonly output: RunOutput;
}

const USAGE = 'give two files, A.json B.json, or --a FILE and --b FILE, each once for every run';

/**
 * The configuration from flag, environment and default, the first of these that has a value.
 *
 * @throws {StreamerError} BAD_USAGE for a flag, BAD_CONFIG for an environment variable.
 */
export function resolveCompareConfig(
  flags: Readonly<Record<string, unknown>>,
  env: Readonly<Record<string, string | undefined>>,
): CompareConfig {
  const values = {
    ...defaultsOf(COMPARE_OPTIONS),
    ...checkedValues(COMPARE_OPTIONS, givenByEnvironment(COMPARE_OPTIONS, env)),
    ...checkedValues(COMPARE_OPTIONS, givenByFlags(COMPARE_OPTIONS, flags)),
  };
  const { failIf, allowUnlike, report, json, plain, logLevel } = values;
  return {
    ...sidesOf(values),
    conditions: failIf.flatMap(parseConditions),
    allowUnlike,
    output: { reportFiles: report, json, plain, logLevel, logFile: null },
  };
}

interface Files {
  readonly file: readonly string[];
  readonly a: readonly string[];
  readonly b: readonly string[];
}

function sidesOf({ file, a, b }: Files): Pick<CompareConfig, 'a' | 'b'> {
  const [before, after] = file;
  if (a.length === 0 && b.length === 0) {
    if (before !== undefined && after !== undefined && file.length === 2) return { a: [before], b: [after] };
    throw refusal(`${file.length === 1 ? 'One file is' : `${file.length} files are`} no comparison; ${USAGE}.`);
  }
  if (file.length > 0) throw refusal(`${JSON.stringify(before)} stands on no side; ${USAGE}.`);
  if (a.length === 0 || b.length === 0) throw refusal(`--${a.length === 0 ? 'a' : 'b'} is missing; ${USAGE}.`);
  const twice = [a, b].flatMap((side) => side.find((path, index) => side.indexOf(path) !== index) ?? []);
  if (twice.length > 0) throw refusal(`${JSON.stringify(twice[0])} is given twice on one side, but it is one run.`);
  return { a, b };
}

function refusal(sentence: string): StreamerError {
  return new StreamerError('BAD_USAGE', sentence);
}
