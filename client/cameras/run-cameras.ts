import { pause } from '../../shared/pause.js';
import type { RunParts } from '../commands/run-command.js';
import type { Crowd, CrowdFigures, LoadTarget } from '../load/crowd.js';
import { openCrowd } from '../load/open-crowd.js';
import { startProvenance } from '../report/provenance.js';
import type { RunReport } from '../report/run-report-schema.js';
import { nodeProcess } from '../trust/node-process.js';
import { CameraLog } from './camera-log.js';
import { loadCameraList } from './camera-list.js';
import type { CameraList } from './camera-list.js';
import type { CamerasConfig } from './cameras-config.js';
import { CamerasProgress, listPage } from './cameras-progress.js';
import { camerasReport } from './cameras-report.js';
import { MachineSamples } from './machine-samples.js';
import { pickCameras } from './pick-cameras.js';
import { threadsFor } from './threads-for.js';

/** So often is there something new to show. */
const SHOW_EVERY_US = 500_000;

/**
 * Runs `streamer-client cameras`: reads the list, opens its cameras, measures, and reports. It ends early when the user
 * wants it, or when no camera is left that could deliver; null where that is before there is a list.
 *
 * @throws {StreamerError} where there is no list, so that there is nothing to report.
 */
export async function runCameras(config: CamerasConfig, parts: RunParts): Promise<RunReport | null> {
  const provenance = startProvenance(parts);
  const stop = new AbortController();
  void parts.stopRequest.then(() => stop.abort());
  const list = await readList(config, parts, stop.signal);
  if (list === null) return null;
  const targets = pickCameras(list.cameras, config);
  parts.logger.info(
    { listed: list.listed, selected: list.selected, left: list.left.length },
    `opening ${targets.length} of ${list.cameras.length} cameras`,
  );
  const machine = new MachineSamples(parts.clock);
  try {
    const measured = await measure(config, targets, { ...parts, machine, signal: stop.signal });
    const ended = provenance.finish(stop.signal.aborted);
    return camerasReport({ config, list, ...measured, machine: machine.figures(), provenance: ended });
  } finally {
    machine.close();
  }
}

async function readList(config: CamerasConfig, parts: RunParts, signal: AbortSignal): Promise<CameraList | null> {
  const { clock, logger, view } = parts;
  const startUs = clock.nowUs();
  const onProgress = (cameras: number) => view.render(listPage(cameras, (clock.nowUs() - startUs) / 1000));
  onProgress(0);
  try {
    const list = await loadCameraList(config.list, { clock, logger, signal, onProgress });
    return signal.aborted ? null : list;
  } catch (thrown) {
    if (signal.aborted) return null;
    throw thrown;
  }
}

type MeasureParts = RunParts & { readonly machine: MachineSamples; readonly signal: AbortSignal };

async function measure(
  config: CamerasConfig,
  targets: readonly LoadTarget[],
  parts: MeasureParts,
): Promise<{ figures: CrowdFigures; residentBytesBefore: number }> {
  const { reconnect, headers, rampMs, spread } = config;
  const workers = spread ?? threadsFor(targets.length);
  const crowd = await openCrowd(
    { targets, workers, reconnect, headers, token: null, ffmpegPath: null, sessionName: 'cameras' },
    parts,
  );
  try {
    // Before the first camera is opened, so that not one frame is left out.
    await crowd.begin(config.durationMs);
    const residentBytesBefore = nodeProcess().residentBytes();
    const opened = crowd.resize(targets.length, rampMs);
    await untilOver(crowd, config, targets.length, parts);
    const figures = await crowd.end();
    await crowd.close();
    await opened;
    return { figures, residentBytesBefore };
  } finally {
    await crowd.close();
  }
}

async function untilOver(crowd: Crowd, config: CamerasConfig, cameras: number, parts: MeasureParts): Promise<void> {
  const { clock, view, logger, machine, signal } = parts;
  const startUs = clock.nowUs();
  const endUs = startUs + config.durationMs * 1000;
  const pages = new CamerasProgress(config.durationMs);
  const log = new CameraLog(logger);
  while (clock.nowUs() < endUs && !signal.aborted) {
    await pause(clock, Math.min(SHOW_EVERY_US, endUs - clock.nowUs()), signal);
    const progress = crowd.progress();
    log.onProgress(progress);
    view.render(pages.page(progress, machine.latest, (clock.nowUs() - startUs) / 1000));
    if (progress.failed + progress.ended >= cameras || progress.threadError !== null) return;
  }
}
