import { access, constants, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { StreamerError } from '../../shared/errors.js';
import { findFfmpeg } from '../../shared/ffmpeg/ffmpeg-binary.js';
import type { FfmpegBinaries } from '../../shared/ffmpeg/ffmpeg-binary.js';
import { readFfmpegVersion } from '../../shared/ffmpeg/ffmpeg-version.js';
import type { FfmpegVersion } from '../../shared/ffmpeg/ffmpeg-version.js';
import { createLogger } from '../../shared/logger.js';
import type { Logger } from '../../shared/logger.js';
import { startFleetApp } from '../fleet-app.js';
import { Fleet } from '../publish/fleet.js';
import { MachineWatch } from '../../shared/machine-load.js';
import { parseRtspTarget } from '../../shared/rtsp/rtsp-target.js';
import { PreparationLog } from '../publish/preparation-log.js';
import type { PublishCommand } from '../publish/publish-command.js';
import type { PublishConfig } from '../publish/publish-config.js';
import { makeReport } from '../publish/publish-report.js';
import type { PublishReport } from '../publish/publish-report-schema.js';
import { reportFileName, verdictOn } from '../publish/run-end.js';
import { RtspServerLink } from '../publish/rtsp-server-link.js';
import { PlainStatus, TerminalStatus } from '../publish/status-view.js';
import type { StatusView } from '../publish/status-view.js';
import { streamUrl } from '../publish/stream-address.js';
import { timecodedVideo } from '../publish/timecoded-video.js';
import { usualCacheFolder, VideoCache } from '../publish/video-cache.js';
import { VideoLibrary } from '../publish/video-library.js';
import { RtspPublisher } from '../rtsp/rtsp-publisher.js';
import type { Surroundings } from './surroundings.js';

/** A stop that takes longer than this is cut short; the report is written before. */
const STOP_LIMIT_MS = 2700;
/** As a shell says of who was interrupted. */
const INTERRUPTED = 130;

/** What every step of a run works with. */
interface Setting {
  readonly command: PublishCommand;
  readonly config: PublishConfig;
  readonly surroundings: Surroundings;
  readonly logger: Logger;
  readonly view: StatusView;
  readonly binaries: FfmpegBinaries;
  readonly ffmpeg: FfmpegVersion;
  readonly signal: AbortSignal;
}

/**
 * Publishes the videos until it is asked to stop, the time is over or all videos have ended; resolves with the exit code.
 *
 * @throws {StreamerError} when it cannot start, when nothing could be published, or when a limit kept streams from running.
 */
export async function publish(command: PublishCommand, surroundings: Surroundings): Promise<number> {
  const { config, warnings } = command;
  const { env } = surroundings;
  const view = createView(config, surroundings);
  const isPretty = view instanceof TerminalStatus || surroundings.stderr.isTTY;
  const destination = { write: (line: string) => view.write(line) };
  const logger = createLogger({ level: config.logLevel, pretty: isPretty, destination });
  for (const warning of warnings) logger.warn(warning);
  const stopping = new AbortController();
  void surroundings.stopRequest.then(() => stopping.abort());
  const { signal } = stopping;
  try {
    parseRtspTarget(streamUrl(config.to, 'stream'));
    await checkReportFolder(config.report);
    const binaries = await findFfmpeg(env);
    const ffmpeg = await readFfmpegVersion(binaries.ffmpegPath);
    return await run({ command, config, surroundings, logger, view, binaries, ffmpeg, signal });
  } finally {
    view.stop();
  }
}

function createView(config: PublishConfig, { stdout, stderr, clock }: Surroundings): StatusView {
  const output = config.report === '-' ? stderr : stdout;
  if (output.isTTY && !config.plain) return new TerminalStatus(output, clock);
  return new PlainStatus(output, stderr, clock, config.reportIntervalUs);
}

async function run(setting: Setting): Promise<number> {
  const library = createLibrary(setting);
  let server: RtspServerLink;
  try {
    await library.prepareAll();
    server = await openServer(setting);
  } catch (error) {
    // Asked to stop while it was starting: what that broke off is no failure.
    if (setting.signal.aborted) return INTERRUPTED;
    throw error;
  }
  return runAt(server, library, setting);
}

function openServer({ config, surroundings: { clock, env }, logger, signal }: Setting): Promise<RtspServerLink> {
  return RtspServerLink.open(config, { clock, logger, env, signal });
}

async function runAt(server: RtspServerLink, library: VideoLibrary, setting: Setting): Promise<number> {
  const { config, surroundings, logger } = setting;
  const { clock } = surroundings;
  const fleet = new Fleet(
    { to: server.to, limits: config.limits, staggerUs: config.staggerUs },
    {
      ...{ clock, logger, videos: library },
      machine: new MachineWatch(),
      serverPaths: () => server.paths,
      createSender: (url, onState) => new RtspPublisher({ url }, { clock }, { onState }),
    },
  );
  try {
    return await runFleet(fleet, server, setting);
  } finally {
    await fleet.stop();
    await server.close();
  }
}

function createLibrary({ config, surroundings, logger, binaries, ffmpeg, signal }: Setting): VideoLibrary {
  const { clock, env } = surroundings;
  const { encoding, copies, fps, timeCode } = config;
  const progress = new PreparationLog(logger, clock);
  const onWarning = (warning: string | StreamerError) => {
    if (typeof warning === 'string') logger.warn(warning);
    else logger.warn({ code: warning.code }, warning.message);
  };
  const { passEveryFrame } = ffmpeg;
  const live = { binaries, passEveryFrame, encoding, clock, signal, onWarning };
  return new VideoLibrary(config.videos, {
    ...{ binaries, encoding, copies, fps, clock, signal, onWarning },
    cache: new VideoCache(config.cacheFolder ?? usualCacheFolder(env)),
    onProgress: (name, share) => progress.onProgress(name, share),
    live: timeCode ? (spec) => timecodedVideo(spec, live) : null,
  });
}

async function runFleet(fleet: Fleet, server: RtspServerLink, setting: Setting): Promise<number> {
  const { config, surroundings, logger, view, binaries } = setting;
  const { clock } = surroundings;
  const { ffmpegPath } = binaries;
  const processFigures = () => surroundings.processFigures();
  const parts = { clock, logger, ffmpegPath, processFigures };
  const control = config.control && (await startFleetApp(fleet, config.control, parts));
  try {
    const startedUs = clock.nowUs();
    const cpuBefore = surroundings.processFigures().cpuSeconds;
    fleet.start(config.streams);
    logger.info({ streams: config.streams, to: server.shownUrl }, 'publishing');
    view.start(() => ({
      elapsedMs: (clock.nowUs() - startedUs) / 1000,
      members: fleet.list(),
      unstarted: fleet.unstartedStreams,
      resources: fleet.resources(),
    }));
    const cause = await endOf(fleet, setting);
    surroundings.endWithin(STOP_LIMIT_MS);
    const { cpuSeconds, memoryBytes, nodeVersion } = surroundings.processFigures();
    const report = makeReport(fleet, config, {
      ...{ startedUs, endedUs: clock.nowUs(), memoryBytes, nodeVersion },
      cpuSeconds: cpuSeconds - cpuBefore,
      command: setting.command.line,
      to: server.shownUrl,
      ffmpegVersion: setting.ffmpeg.name,
    });
    view.stop();
    await writeReport(report, config, setting);
    const verdict = verdictOn(report, cause === 'stopped');
    if (verdict instanceof StreamerError) throw verdict;
    return verdict;
  } finally {
    await control?.stop();
  }
}

/** Resolves when the run is over, with why. */
async function endOf(fleet: Fleet, { config, surroundings, logger }: Setting): Promise<'stopped' | 'over'> {
  const { clock, stopRequest } = surroundings;
  const { durationUs } = config;
  const isOver = new Promise<'over'>((resolve) => {
    if (durationUs !== null) clock.schedule(durationUs, () => resolve('over'));
  });
  const hasEnded = fleet.ended.then(() => 'over' as const);
  const cause = await Promise.race([stopRequest, isOver, hasEnded]);
  if (cause === 'over') return 'over';
  logger.info({ signal: cause }, 'stopping');
  return 'stopped';
}

/** After hours of a run it is too late to learn that there is no such folder. */
async function checkReportFolder(report: string | null): Promise<void> {
  if (report === null || report === '-') return;
  const folder = report === 'auto' ? '.' : dirname(report);
  try {
    await access(folder, constants.W_OK);
  } catch (cause) {
    const sentence = `The report cannot be written into ${resolve(folder)}; name a file with --report, or none with --report off.`;
    throw new StreamerError('FILE_WRITE_FAILED', sentence, { cause });
  }
}

async function writeReport(report: PublishReport, { report: wanted }: PublishConfig, setting: Setting): Promise<void> {
  if (wanted === null) return;
  const text = `${JSON.stringify(report, null, 2)}\n`;
  if (wanted === '-') return setting.surroundings.stdout.write(text);
  const path = wanted === 'auto' ? reportFileName(new Date(report.startedAt)) : wanted;
  try {
    await writeFile(path, text);
  } catch (cause) {
    throw new StreamerError('FILE_WRITE_FAILED', `The report cannot be written to ${path}.`, { cause });
  }
  setting.logger.info({ report: path }, 'report written');
}
