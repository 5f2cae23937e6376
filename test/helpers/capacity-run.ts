import { CAPACITY_COMMAND } from '../../client/commands/capacity.js';
import type { DetailsOf } from '../../client/report/run-details-schema.js';
import { runReportSchema } from '../../client/report/run-report-schema.js';
import type { RunReport } from '../../client/report/run-report-schema.js';
import type { ProgressPage } from '../../client/ui/progress.js';
import { SystemClock } from '../../shared/clock.js';
import { LogOfTest } from './log-of-test.js';

/** Steps as short as they can be. */
export const SHORT_STEPS = { stepSeconds: '0.4', settle: '0.1', soak: '0.6', spread: '1', serverApi: 'off' } as const;

/** What a run of `streamer-client capacity` left, and what it showed. */
export interface CapacityRun {
  readonly report: RunReport;
  readonly details: DetailsOf<'capacity'>;
  readonly pages: readonly ProgressPage[];
}

/** Runs the command with `flags`, by their keys, in this process; `onPage` may ask it to stop. */
export async function runCapacityOfTest(
  flags: Readonly<Record<string, unknown>>,
  onPage: (page: ProgressPage, stop: () => void) => void = () => {},
): Promise<CapacityRun> {
  const command = CAPACITY_COMMAND.parse({ ...SHORT_STEPS, ...flags }, {});
  const pages: ProgressPage[] = [];
  let stop: () => void = () => undefined;
  const stopRequest = new Promise<void>((resolve) => (stop = resolve));
  const render = (page: ProgressPage) => {
    pages.push(page);
    onPage(page, stop);
  };
  const parts = { clock: new SystemClock(), logger: new LogOfTest().logger, stopRequest, env: {}, commandLine: [] };
  const view = { render, say: () => undefined, close: () => undefined };
  const report = runReportSchema.parse(await command.run({ ...parts, view }));
  if (report.details.kind !== 'capacity') throw new Error(`a report of ${report.details.kind}`);
  return { report, details: report.details, pages };
}
