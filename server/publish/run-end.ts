import { StreamerError } from '../../shared/errors.js';
import type { PublishReport } from './publish-report-schema.js';

/** As a shell says of who was interrupted. */
const INTERRUPTED = 130;

/** The exit code of a run, or the error that it ends with. */
export function verdictOn(report: PublishReport, wasStopped: boolean): number | StreamerError {
  const { totals, limits, streams } = report;
  const shed = streams.filter(({ ended }) => ended === 'shed').length;
  const missing = shed + (limits.length > 0 ? totals.unstarted : 0);
  if (missing > 0) {
    const sentence = `${missing} of the streams did not run to the end, because of a limit: ${limits.at(-1)?.message ?? ''}.`;
    return new StreamerError('RESOURCE_LIMIT', sentence);
  }
  if (totals.streams === 0 || totals.framesSent > 0) return 0;
  if (wasStopped) return INTERRUPTED;
  const reason = streams.flatMap(({ errors }) => errors).at(0)?.message ?? 'the RTSP server did not answer';
  return new StreamerError('NO_FRAMES', `Nothing was published: ${reason.replace(/\.$/, '')}.`);
}

/** `publish_report_20260131_235959.json`, in local time. */
export function reportFileName(date: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}${two(date.getMonth() + 1)}${two(date.getDate())}`;
  return `publish_report_${day}_${two(date.getHours())}${two(date.getMinutes())}${two(date.getSeconds())}.json`;
}
