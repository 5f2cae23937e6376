import { cpus } from 'node:os';
import { StreamerError } from '../../shared/errors.js';
import { untilStopped } from '../../shared/until-stopped.js';
import type { RunParts } from '../commands/run-command.js';
import { startProvenance } from '../report/provenance.js';
import type { RunReport } from '../report/run-report-schema.js';
import { judge } from '../trust/judge.js';
import { openServerWatch } from '../trust/server-watch.js';
import type { CapacityConfig } from './capacity-config.js';
import { CapacityView } from './capacity-view.js';
import { capacityReport } from './capacity-report.js';
import type { LoadUnderTest } from './load-under-test.js';
import { openLoad } from './open-load.js';
import type { OpenedLoad } from './open-load.js';
import { isRefusal } from './bottleneck.js';
import { searchCapacity } from './search.js';
import { StepRunner } from './step-runner.js';
import type { ServerUnderTest, StepRecord } from './step-runner.js';

/**
 * Finds how many sessions, cameras or streams keep the objective, and reports it; after `stopRequest` what is known so far,
 * or null where no step was measured and nobody asked whether so many hold.
 *
 * @throws {StreamerError} when not one session gets a frame, for another reason than a limit of the server.
 */
export async function runCapacity(config: CapacityConfig, parts: RunParts): Promise<RunReport | null> {
  const { clock } = parts;
  const provenance = startProvenance(parts);
  const stop = new AbortController();
  void parts.stopRequest.then(() => stop.abort());
  const view = new CapacityView(config, clock, parts.view);
  const { signal } = stop;
  const records: StepRecord[] = [];
  let opened: OpenedLoad | null = null;
  let server: (ServerUnderTest & { close(): Promise<void> }) | null = null;
  try {
    opened = await openLoad(config, { ...parts, signal, onDoing: (what) => view.doing(what) });
    const { load, targets, unit, max } = opened;
    view.begin(load, unit);
    const asked = { apiUrl: config.serverApi, targets: targets.slice(0, 64), token: config.token };
    server = await openServerWatch(asked, clock, signal);
    await tryOne(load, signal);
    const runner = new StepRunner(config.objective, timesOf(config), {
      ...{ clock, load, server, signal },
      judge: (figures, samples) =>
        judge({
          kind: 'capacity',
          generator: figures.generator,
          server: samples,
          total: figures.total,
          cores: cpus().length,
          lostThreads: figures.lostThreads,
        }),
      onDoing: (step, endsAtUs) => view.step(step, endsAtUs),
      onRecord: (record) => {
        records.push(record);
        view.record(record);
      },
    });
    const plan = { start: Math.min(config.start, max), max, resolution: config.resolution, rounds: config.rounds };
    const result = await searchCapacity(plan, (step) => runner.measure(step));
    if (signal.aborted && records.length === 0 && config.atLeast === null) return null;
    const { left, rates } = opened;
    return capacityReport({
      config,
      unit,
      max,
      left,
      rates,
      result,
      records,
      provenance: provenance.finish(signal.aborted),
    });
  } finally {
    view.close();
    await Promise.all([opened?.load.close(), server?.close()]);
  }
}

function timesOf({ stepSeconds, soakSeconds, settleSeconds }: CapacityConfig) {
  return { stepUs: stepSeconds * 1e6, soakUs: soakSeconds * 1e6, settleUs: settleSeconds * 1e6 };
}

/** A target that cannot be reached at all has no capacity of 0: it is an error, told before any search. */
async function tryOne(load: LoadUnderTest, signal: AbortSignal): Promise<void> {
  await untilStopped(load.resize(1), signal);
  const progress = load.progress();
  if (signal.aborted || progress.connected > 0) return;
  const error = progress.errors.at(-1) ?? new StreamerError('NO_FRAMES', 'Not one frame came; is the stream live?');
  if (!isRefusal(error.code)) throw error;
}
