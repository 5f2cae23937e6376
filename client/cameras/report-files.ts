import { statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { StreamerError } from '../../shared/errors.js';

/** Where a run of `cameras` leaves its report and its log. */
export interface ReportFiles {
  readonly reportFile: string;
  readonly logFile: string;
}

/**
 * The files that `--output` asks for: in a folder under a name with the date and time of `now`, here and not in UTC; or the
 * file itself. The log has the same name and ends in .log.
 *
 * @throws {StreamerError} BAD_USAGE where it is neither a folder that exists nor a name that ends in .json.
 */
export function reportFilesAt(place: string, now: Date): ReportFiles {
  const file = isFolder(place) ? join(place, `${reportName(now)}.json`) : place;
  if (extname(file).toLowerCase() !== '.json') {
    throw new StreamerError('BAD_USAGE', '--output must be a folder that exists, or a file that ends in .json.');
  }
  return { reportFile: file, logFile: `${file.slice(0, -'.json'.length)}.log` };
}

/** As users of the tool that this replaces know it. */
export function reportName(now: Date): string {
  const date = [now.getFullYear(), now.getMonth() + 1, now.getDate()].map(twoDigits).join('');
  const time = [now.getHours(), now.getMinutes(), now.getSeconds()].map(twoDigits).join('');
  return `camera_stream_load_test_report_${date}_${time}`;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function twoDigits(number: number): string {
  return String(number).padStart(2, '0');
}
