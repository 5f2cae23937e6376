import { availableParallelism } from 'node:os';
import { StreamerError } from '../../shared/errors.js';
import { findFfmpeg } from '../../shared/ffmpeg/ffmpeg-binary.js';
import { pause } from '../../shared/pause.js';
import { untilStopped } from '../../shared/until-stopped.js';
import type { RunParts } from '../commands/run-command.js';
import { startProvenance } from '../report/provenance.js';
import type { RunReport } from '../report/run-report-schema.js';
import { isThisMachine } from '../trust/same-machine.js';
import { openServerWatch } from '../trust/server-watch.js';
import type { ServerWatch } from '../trust/server-watch.js';
import type { Crowd, CrowdProgress, LoadTarget } from './crowd.js';
import type { LoadConfig } from './load-config.js';
import { LoadProgress } from './load-progress.js';
import { loadReport } from './load-report.js';
import { openCrowd } from './open-crowd.js';

/** So often is there something new to show. */
const SHOW_EVERY_US = 500_000;
/** A thread holds so many sessions of 30 frames a second with ease. */
const SESSIONS_A_THREAD = 500;

/**
 * Runs `streamer-client load`: opens the sessions, measures them for a while, and reports. After `stopRequest` it reports
 * what it has, of the ramp where that was not over; null where no session had begun.
 *
 * @throws {StreamerError} the error of the last session, with those of the other targets, when not one of them could connect.
 */
export async function runLoad(config: LoadConfig, parts: RunParts): Promise<RunReport | null> {
  const provenance = startProvenance(parts);
  const stop = new AbortController();
  void parts.stopRequest.then(() => stop.abort());
  const { targets, token, reconnect, serverApi, name } = config;
  const asked = { apiUrl: serverApi, targets: targets.slice(0, MAX_ASKED), token };
  const server = await openServerWatch(asked, parts.clock, stop.signal);
  if (stop.signal.aborted) return null;
  if (config.token !== null && targets.some(({ kind }) => kind !== 'streamer' && kind !== 'websocket')) {
    parts.logger.warn(
      '--token is sent to streamer:// and ws:// targets only; others have credentials in their addresses',
    );
  }
  const workers = config.spread ?? threadsFor(config.clients);
  const usesFfmpeg = targets.some(({ kind }) => kind === 'ffmpeg');
  const ffmpegPath = usesFfmpeg ? (await findFfmpeg(parts.env)).ffmpegPath : null;
  const crowd = await openCrowd(
    { targets, workers, token, headers: {}, reconnect, ffmpegPath, sessionName: name },
    parts,
  );
  const progress = new LoadProgress(config, parts.clock);
  const running = { ...parts, config, crowd, server, progress, signal: stop.signal };
  try {
    await rampUp(running);
    if (!stop.signal.aborted) await measure(running);
    const [figures, samples] = await Promise.all([crowd.end(), server?.end() ?? null]);
    const isSameMachine = samples?.isSameMachine ?? (await areOnThisMachine(targets));
    const measured = { config, workers, figures, server: samples, isSameMachine };
    return loadReport({ ...measured, provenance: provenance.finish(stop.signal.aborted) });
  } finally {
    await Promise.all([crowd.close(), server?.close()]);
  }
}

/** Targets whose errors are told where nothing could be connected to. */
const MAX_TOLD = 10;
/** Targets among which the API of the server is looked for. */
const MAX_ASKED = 64;

interface Running extends RunParts {
  readonly config: LoadConfig;
  readonly crowd: Crowd;
  readonly server: ServerWatch | null;
  readonly progress: LoadProgress;
  readonly signal: AbortSignal;
}

async function rampUp(running: Running): Promise<void> {
  const { crowd, config, server, progress, signal } = running;
  await untilStopped(server?.begin(), signal);
  let isOver = false;
  const opened = crowd.resize(config.clients, config.rampMs).then(() => (isOver = true));
  progress.begin('ramp', null);
  await Promise.race([untilStopped(opened, signal), showUntil(running, () => isOver)]);
  const { connected, ended } = crowd.progress();
  if (signal.aborted || connected + ended > 0) return;
  throw noConnection(crowd.progress());
}

/** What each of the targets answered, where there are several. */
function noConnection({ errors, targets }: Pick<CrowdProgress, 'errors' | 'targets'>): StreamerError {
  const last = errors.at(-1) ?? new StreamerError('NO_FRAMES', 'Not one session could connect.');
  const told = targets.flatMap(({ name, lastError }) => (lastError ? [`${name}: ${lastError.message}`] : []));
  if (told.length < 2) return last;
  const shown = told.slice(0, MAX_TOLD).join(' ');
  const more = told.length > MAX_TOLD ? ` And ${told.length - MAX_TOLD} more.` : '';
  return new StreamerError(last.code, `Not one session could connect. ${shown}${more}`, { cause: last });
}

async function measure(running: Running): Promise<void> {
  const { crowd, config, server, progress, clock, signal } = running;
  await Promise.all([crowd.begin(config.durationMs), untilStopped(server?.begin(), signal)]);
  const endUs = clock.nowUs() + config.durationMs * 1000;
  progress.begin('measuring', config.durationMs);
  await showUntil(
    running,
    () => {
      const { asked, ended, failed, threadError } = crowd.progress();
      return clock.nowUs() >= endUs || ended + failed >= asked || threadError !== null;
    },
    endUs,
  );
}

/** Shows how it goes, until it is over or the user wants to stop. */
async function showUntil(running: Running, isOver: () => boolean, endUs = Infinity): Promise<void> {
  const { crowd, clock, view, progress, server, signal } = running;
  while (!isOver() && !signal.aborted) {
    view.render(progress.page(crowd.progress(), server?.latest() ?? null));
    await pause(clock, Math.max(0, Math.min(SHOW_EVERY_US, endUs - clock.nowUs())), signal);
  }
}

/** Whether all targets are on this machine, or none of them; null where some are. */
async function areOnThisMachine(targets: readonly LoadTarget[]): Promise<boolean | null> {
  const hosts = new Set(targets.map(({ url }) => new URL(url).hostname));
  const answers = new Set(await Promise.all([...hosts].map((host) => isThisMachine(host))));
  const [answer] = answers;
  return answers.size === 1 ? (answer ?? null) : null;
}

function threadsFor(clients: number): number {
  return Math.max(1, Math.min(availableParallelism(), Math.ceil(clients / SESSIONS_A_THREAD)));
}
