import { constants } from 'node:fs';
import { access, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { StreamerError } from '../../shared/errors.js';
import { reportHtml } from './html/report-html.js';
import { pageOf } from './page-of.js';
import { pageText } from './page-text.js';
import { reportCsv } from './report-csv.js';
import { reportEnding } from './report-file-schema.js';
import { reportMarkdown } from './report-markdown.js';
import type { RunReport } from './run-report-schema.js';

/**
 * Checks before a run that each of `files` could be written after it. Nothing is created.
 *
 * @throws {StreamerError} BAD_USAGE for the first that has no folder, is one, or may not be written.
 */
export async function checkReportFiles(files: readonly string[]): Promise<void> {
  for (const file of files) await checkWritable(file);
}

/**
 * Writes `report` into every file, each in the format that its ending names. One that cannot be written does not keep the
 * others from it.
 *
 * @throws {StreamerError} FILE_WRITE_FAILED for the first that could not be written, after the others were.
 */
export async function writeReports(report: RunReport, files: readonly string[]): Promise<void> {
  const outcomes = await Promise.all(files.map((file) => writeReport(report, file)));
  const error = outcomes.find((outcome) => outcome !== null);
  if (error) throw error;
}

async function checkWritable(file: string): Promise<void> {
  const found = await stat(file).catch(() => null);
  const folder = dirname(file);
  if (found?.isDirectory()) throw refusal(`--report ${file} is a folder; name a file in it.`);
  if (found) return mayWrite(file, constants.W_OK, `--report ${file} may not be written.`);
  if (!(await stat(folder).catch(() => null))?.isDirectory()) {
    throw refusal(`There is no folder ${folder} for --report ${file}; make it first.`);
  }
  await mayWrite(
    folder,
    constants.W_OK | constants.X_OK,
    `Nothing may be written into ${folder}, for --report ${file}.`,
  );
}

async function mayWrite(path: string, mode: number, sentence: string): Promise<void> {
  try {
    await access(path, mode);
  } catch (cause) {
    throw refusal(sentence, cause);
  }
}

function refusal(sentence: string, cause?: unknown): StreamerError {
  return new StreamerError('BAD_USAGE', sentence, { cause });
}

async function writeReport(report: RunReport, file: string): Promise<StreamerError | null> {
  try {
    await writeFile(file, formatted(report, file));
    return null;
  } catch (cause) {
    return new StreamerError('FILE_WRITE_FAILED', `Cannot write the report to ${file}; check the folder.`, { cause });
  }
}

function formatted(report: RunReport, file: string): string {
  switch (reportEnding(file)) {
    case '.html':
      return reportHtml(pageOf(report), report);
    case '.md':
      return reportMarkdown(pageOf(report));
    case '.csv':
      return reportCsv(report);
    case '.json':
      return `${JSON.stringify(report)}\n`;
    case null:
      return pageText(pageOf(report), 80);
  }
}
