import type { LogLevel } from '../../shared/log-level.js';
import type { OptionTable } from '../../shared/option-table.js';
import { CLIENT_OPTIONS } from '../options.js';
import { reportFiles } from './report-file-schema.js';

const OUTPUT = 'Output';

/** Options of every command that makes a report, to be spread into its own table, last. */
export const RUN_OUTPUT_OPTIONS = {
  report: {
    flags: '--report <file>',
    repeatable: true,
    env: [],
    group: OUTPUT,
    help: 'write the report there, as its ending says: .html, .json, .md or .csv; may be given several times',
    schema: reportFiles(),
    default: [],
  },
  json: { ...CLIENT_OPTIONS.json, help: 'print the report as one JSON object at the end and nothing else' },
  plain: { ...CLIENT_OPTIONS.plain, help: 'print lines of progress instead of the dashboard' },
  logLevel: CLIENT_OPTIONS.logLevel,
} as const satisfies OptionTable;

/** Where a run shows its progress and leaves its report. */
export interface RunOutput {
  /** Files, each with one of the endings .html, .json, .md and .csv. */
  readonly reportFiles: readonly string[];
  readonly json: boolean;
  readonly plain: boolean;
  readonly logLevel: LogLevel;
  /** A file that log lines are appended to as well; null for none. */
  readonly logFile: string | null;
}
