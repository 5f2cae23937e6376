import type { Clock } from '../shared/clock.js';
import { toStreamerError } from '../shared/errors.js';
import type { StreamerError } from '../shared/errors.js';
import type { Logger } from '../shared/logger.js';
import { VERDICT_EXIT_CODES } from './commands/run-command.js';
import type { RunCommand } from './commands/run-command.js';
import { pageOf } from './report/page-of.js';
import { pageText } from './report/page-text.js';
import type { RunReport } from './report/run-report-schema.js';
import { checkReportFiles, writeReports } from './report/write-reports.js';
import type { ProgressView } from './ui/progress.js';

/** What performing a run takes from the process. */
export interface PerformParts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly commandLine: readonly string[];
  readonly columns: number;
  openView(quit: () => void): Promise<ProgressView>;
  readonly stopRequest: Promise<unknown>;
  print(text: string): void;
}

const NOTHING_MEASURED = 'Stopped before anything was measured; there is no report.';

/**
 * Runs `command` with its progress on the screen, writes its report wherever it was asked for, also after Ctrl+C, and
 * prints it. Where the user stopped it before there was anything to report, a line says that. Files that could not be
 * written end it before it begins. Resolves with the exit code, and what is to be said about it on stderr.
 */
export async function performRun(
  command: RunCommand,
  parts: PerformParts,
): Promise<{ exitCode: number; error: StreamerError | null }> {
  const usageError = await checkReportFiles(command.output.reportFiles).then(() => null, toStreamerError);
  if (usageError) return { exitCode: usageError.exitCode, error: usageError };
  const { report, error } = await measured(command, parts);
  if (error) return { exitCode: error.exitCode, error };
  if (!report) {
    // Who reads JSON gets either a report or nothing.
    if (command.output.json) parts.logger.warn(NOTHING_MEASURED);
    else parts.print(`${NOTHING_MEASURED}\n`);
    return { exitCode: 0, error: null };
  }
  const writeError = await writeReports(report, command.output.reportFiles).then(() => null, toStreamerError);
  parts.print(command.output.json ? `${JSON.stringify(report)}\n` : pageText(pageOf(report), parts.columns));
  return { exitCode: writeError?.exitCode ?? VERDICT_EXIT_CODES[report.verdict.level], error: writeError };
}

async function measured(
  command: RunCommand,
  parts: PerformParts,
): Promise<{ report: RunReport | null; error: StreamerError | null }> {
  let quit: () => void = () => undefined;
  const quitRequest = new Promise<void>((resolve) => (quit = resolve));
  const view = await parts.openView(quit);
  const { clock, logger, env, commandLine } = parts;
  const stopRequest = Promise.race([parts.stopRequest, quitRequest]);
  try {
    return { report: await command.run({ clock, logger, view, stopRequest, env, commandLine }), error: null };
  } catch (error) {
    return { report: null, error: toStreamerError(error) };
  } finally {
    view.close();
  }
}
