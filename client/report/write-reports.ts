import { writeFile } from 'node:fs/promises';
import { StreamerError } from '../../shared/errors.js';
import { reportHtml } from './html/report-html.js';
import { pageOf } from './page-of.js';
import { pageText } from './page-text.js';
import { reportCsv } from './report-csv.js';
import { reportEnding } from './report-file-schema.js';
import { reportMarkdown } from './report-markdown.js';
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
