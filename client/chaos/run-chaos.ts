import { StreamerError } from '../../shared/errors.js';
import { pause } from '../../shared/pause.js';
import { untilStopped } from '../../shared/until-stopped.js';
import { residentBytes } from '../../shared/process-times.js';
import type { RunParts } from '../commands/run-command.js';
import type { Crowd, CrowdFigures } from '../load/crowd.js';
import { openCrowd } from '../load/open-crowd.js';
import { startProvenance } from '../report/provenance.js';
import type { RunReport } from '../report/run-report-schema.js';
import { isThisMachine } from '../trust/same-machine.js';
import { openServerWatch } from '../trust/server-watch.js';
import { attackOf } from './attack-of.js';
import { Attackers } from './attackers.js';
import type { ChaosConfig } from './chaos-config.js';
import { ChaosProgress } from './chaos-progress.js';
import { chaosReport } from './chaos-report.js';
import { MemoryTrack } from './memory-track.js';
import type { Phase } from './memory-track.js';
import { ServerMemory } from './server-memory.js';

/** So often is there something new to show, and a look at the server's memory. */
const SHOW_EVERY_US = 500_000;
/** Good clients do not come all at once, which would be an attack of its own. */
const RAMP_MS_EACH = 20;

/**
 * Runs `streamer-client chaos`: measures good clients before, during and after an attack, and reports the harm. After
 * `stopRequest` the attack is over at once, and what there is is reported; null where no phase had begun.
 *
 * @throws {StreamerError} BAD_USAGE where the process of the server is not there; the error of a good client when none of
 *   them could connect: nobody is attacked then.
 */
export async function runChaos(config: ChaosConfig, parts: RunParts): Promise<RunReport | null> {
  checkPid(config.serverPid);
  const provenance = startProvenance(parts);
  const { clock, logger } = parts;
  const stop = new AbortController();
  void parts.stopRequest.then(() => stop.abort());
  const { target, token, plan, phaseMs } = config;
  const asked = { apiUrl: config.serverApi, targets: [target], token };
  const server = await openServerWatch(asked, clock, stop.signal);
  if (stop.signal.aborted) return null;
  const attackers = new Attackers(plan, phaseMs, attackOf(target, token), clock);
  const crowd = await openCrowd(
    {
      targets: [target],
      workers: 1,
      token,
      headers: {},
      reconnect: true,
      ffmpegPath: null,
      sessionName: 'good',
      staysAtHost: true,
    },
    { clock, logger, isLeftOut: (port) => attackers.ports.has(port) },
  );
  const memory = new MemoryTrack();
  const serverMemory = new ServerMemory(server, config.serverPid, clock);
  const progress = new ChaosProgress(config, clock);
  const { signal } = stop;
  const running: Running = { ...parts, config, attackers, crowd, memory, serverMemory, progress, signal };
  try {
    await connectGoodOnes(running);
    await untilStopped(server?.begin(), signal);
    if (signal.aborted) return null;
    const phases = await attack(running);
    const samples = (await server?.end()) ?? null;
    const isSameMachine = samples?.isSameMachine ?? (await isThisMachine(new URL(target.url).hostname));
    const attacks = attackers.figures();
    const measured = { config, phases, attacks, memory: memory.figures(), server: samples, isSameMachine };
    return chaosReport({ ...measured, provenance: provenance.finish(signal.aborted) });
  } finally {
    await Promise.all([attackers.cut(), crowd.close(), server?.close()]);
  }
}

/** What was measured in each phase that began. */
export type MeasuredPhases = Partial<Readonly<Record<Phase, CrowdFigures>>>;

interface Running extends RunParts {
  readonly config: ChaosConfig;
  readonly attackers: Attackers;
  readonly crowd: Crowd;
  readonly memory: MemoryTrack;
  readonly serverMemory: ServerMemory;
  readonly progress: ChaosProgress;
  readonly signal: AbortSignal;
}

async function connectGoodOnes({ crowd, config, clock, progress, view, signal }: Running): Promise<void> {
  let isOver = false;
  void crowd.resize(config.good, config.good * RAMP_MS_EACH).then(() => (isOver = true));
  while (!isOver && !signal.aborted) {
    view.render(progress.page('good clients connect', crowd.progress(), null, null));
    await pause(clock, SHOW_EVERY_US / 5, signal);
  }
  const { connected, errors } = crowd.progress();
  if (!signal.aborted && connected === 0)
    throw errors.at(-1) ?? new StreamerError('NO_FRAMES', 'Not one good client could connect.');
}

async function attack(running: Running): Promise<MeasuredPhases> {
  const { attackers, signal } = running;
  const before = await measured(running, 'before', () => undefined);
  if (signal.aborted) return { before };
  // Their coming belongs to the attack, their going to what is after it.
  const during = await measured(running, 'during', () => attackers.start());
  await attackers.stop();
  if (signal.aborted) return { before, during };
  const after = await measured(running, 'after', () => undefined);
  return { before, during, after };
}

/** Measures one phase; `begin` is called when its window has begun. */
async function measured(running: Running, phase: Phase, begin: () => void): Promise<CrowdFigures> {
  const { crowd, config, clock, signal, progress, view, serverMemory, attackers, memory } = running;
  await crowd.begin(config.phaseMs);
  const endUs = clock.nowUs() + config.phaseMs * 1000;
  begin();
  progress.begin(config.phaseMs);
  while (clock.nowUs() < endUs && !signal.aborted && crowd.progress().threadError === null) {
    await pause(clock, Math.min(SHOW_EVERY_US, endUs - clock.nowUs()), signal);
    const bytes = serverMemory.latestBytes();
    memory.note(phase, bytes);
    view.render(progress.page(phase, crowd.progress(), phase === 'during' ? attackers : null, bytes));
  }
  return crowd.end();
}

function checkPid(pid: number | null): void {
  if (pid === null || residentBytes(pid) !== null) return;
  const why = 'there is no such process here, or this system does not tell its memory';
  throw new StreamerError('BAD_USAGE', `The memory of process ${pid} (--server-pid) cannot be read: ${why}.`);
}
