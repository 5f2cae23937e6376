import { CAMERAS_COMMAND } from '../../client/commands/cameras.js';
import type { RunReport } from '../../client/report/run-report-schema.js';
import type { ProgressPage } from '../../client/ui/progress.js';
import { SystemClock } from '../../shared/clock.js';
import type { CameraApi } from './camera-api.js';
import { LogOfTest } from './log-of-test.js';

/** What a run of `streamer-client cameras` left, and what it showed. */
export interface CamerasRun {
  readonly report: RunReport;
  readonly pages: readonly ProgressPage[];
  readonly log: LogOfTest;
}

/** After the cameras have sent all, what is still on the way comes within so many pages, half a second each. */
const PAGES_BEHIND = 2;

/**
 * Runs the command with `flags` until every camera of `api` that has an end came to it, or until `isEnough` of what it shows;
 * or as long as they say.
 */
export async function runCamerasOfTest(
  flags: Readonly<Record<string, unknown>>,
  {
    api = null,
    commandLine = [],
    isEnough = () => false,
  }: { api?: CameraApi | null; commandLine?: readonly string[]; isEnough?: (page: ProgressPage) => boolean } = {},
): Promise<CamerasRun> {
  const command = CAMERAS_COMMAND.parse({ output: false, ...flags }, {});
  const pages: ProgressPage[] = [];
  const log = new LogOfTest();
  let pagesLeft = Infinity;
  let stop: () => void = () => undefined;
  const stopRequest = new Promise<void>((resolve) => (stop = resolve));
  void api?.untilDone().then(() => (pagesLeft = PAGES_BEHIND));
  const render = (page: ProgressPage) => {
    pages.push(page);
    pagesLeft -= 1;
    if (pagesLeft < 0 || isEnough(page)) stop();
  };
  const view = { render, say: () => undefined, close: () => undefined };
  const clock = new SystemClock();
  const report = await command.run({ clock, logger: log.logger, view, stopRequest, env: {}, commandLine });
  if (!report) throw new Error('It was stopped before anything was measured.');
  if (report === null) throw new Error('It was stopped before anything was measured.');
  return { report, pages, log };
}
