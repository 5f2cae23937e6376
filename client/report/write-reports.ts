import { writeFile } from 'node:fs/promises';
import { StreamerError } from '../../shared/errors.js';
import { pageOf } from './page-of.js';
import { pageText } from './page-text.js';
import { reportEnding } from './report-file-schema.js';
import type { RunReport } from './run-report-schema.js';

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
    case '.json':
      return `${JSON.stringify(report, null, 1)}\n`;
    default:
      return pageText(pageOf(report), 80);
  }
}
