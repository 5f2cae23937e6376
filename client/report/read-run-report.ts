import { StreamerError } from '../../shared/errors.js';
import { RUN_REPORT_SCHEMA, type RunReport, runReportSchema } from './run-report-schema.js';

/** Greatest file that is read: a thousand sessions over a day have a tenth of it. */
export const MAX_REPORT_LENGTH = 256 * 1024 * 1024;

/**
 * The report that a JSON file holds; `name` is what the error calls it. Fields that this version does not know are left
 * out. Histograms are decoded, and so checked, only by whoever uses them.
 *
 * @throws {StreamerError} BAD_REPORT when it is no report, or one of another version of the format.
 */
export function readRunReport(text: string, name: string): RunReport {
  if (text.length > MAX_REPORT_LENGTH) throw badReport(name, 'it is too large');
  const result = runReportSchema.safeParse(parsed(text, name));
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const place = issue?.path.join('.') ?? '';
  throw badReport(name, place === '' ? `it is no ${RUN_REPORT_SCHEMA}` : `${place}: ${issue?.message ?? 'wrong'}`);
}

function parsed(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw badReport(name, 'it is no JSON', cause);
  }
}

function badReport(name: string, why: string, cause?: unknown): StreamerError {
  const sentence = `${name} is no report of a run (${why}); give a file that --report FILE.json wrote.`;
  return new StreamerError('BAD_REPORT', sentence, { cause });
}
