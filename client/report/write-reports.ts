import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { access, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
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
  const text = formatted(report, file);
  try {
    await writeWhole(file, text);
    return null;
  } catch (cause) {
    return new StreamerError('FILE_WRITE_FAILED', `Cannot write the report to ${file}; check the folder.`, { cause });
  }
}

/**
 * Replaces `file` once all of the text is on the disk, so that a full one leaves what was there before and no half report.
 * Only the user may read it, since reports hold addresses. What cannot be replaced, as /dev/stdout, is written to.
 */
async function writeWhole(file: string, text: string): Promise<void> {
  const whole = await realpath(file).catch(() => file);
  if (!(await isReplaceable(whole))) return await writeFile(file, text);
  const unfinished = join(dirname(whole), `.${randomUUID()}.tmp`);
  try {
    await writeFile(unfinished, text, { flag: 'wx', mode: 0o600, flush: true });
    await rename(unfinished, whole);
  } catch (cause) {
    await rm(unfinished, { force: true });
    throw cause;
  }
}

/** A file that may be written in a folder that may not be is kept, and so is one that is no regular file. */
async function isReplaceable(file: string): Promise<boolean> {
  const facts = await stat(file).catch(() => null);
  if (facts === null) return true;
  return (
    facts.isFile() &&
    (await access(dirname(file), constants.W_OK).then(
      () => true,
      () => false,
    ))
  );
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
