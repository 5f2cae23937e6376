import { hostname } from 'node:os';
import type { RunParts } from '../commands/run-command.js';
import { startProvenance } from '../report/provenance.js';
import type { RunReport } from '../report/run-report-schema.js';
import { loadTrust } from '../tls-trust.js';
import type { TlsTrust } from '../tls-trust.js';
import type { ServerApiRequest } from '../trust/find-server-api.js';
import { openServerWatch } from '../trust/server-watch.js';
import type { BenchConfig } from './bench-config.js';
import { benchProgress } from './bench-progress.js';
import { benchReport } from './bench-report.js';
import { BenchServer } from './bench-server.js';
import { Coordinator } from './coordinator.js';
import type { BenchOutcome } from './coordinator.js';
import { aboutThisProcess } from './about-process.js';
import { NodeDevice } from './node-device.js';

const REFRESH_US = 500_000;

/**
 * Runs a benchmark of several devices and reports it; null where the user stopped it before the window began.
 *
 * @throws {StreamerError} when it could not begin: no connection, refused by the server, no device in time.
 */
export async function runBench(config: BenchConfig, parts: RunParts): Promise<RunReport | null> {
  const { clock, commandLine } = parts;
  const started = startProvenance({ clock, commandLine });
  const tls = config.tls && (await loadTrust(config.tls.caPath));
  const stop = new AbortController();
  void parts.stopRequest.then(() => stop.abort());
  const server = new BenchServer(await openServerWatch(serverApiRequest(config), clock, stop.signal));
  if (stop.signal.aborted) return null;
  const name = `bench on ${hostname()}`.slice(0, 128);
  const onPhase = (phase: 'running' | 'collecting') => server.onPhase(phase);
  const coordinator = new Coordinator({ ...config, tls, name, onPhase }, clock);
  const local = localDevices(config, tls, parts);
  const cancelRefresh = showProgress(coordinator, config, parts);
  void parts.stopRequest.then(() => coordinator.stop());
  try {
    const outcome = await measured(coordinator, local);
    if (!outcome) return null;
    const { devices: devicesAsked, maxClockErrorUs, durationMs } = config;
    const provenance = started.finish(outcome.interrupted);
    const samples = await server.samples();
    return benchReport(outcome, { devicesAsked, maxClockErrorUs, durationMs, server: samples, provenance });
  } finally {
    cancelRefresh();
    for (const device of local) device.close();
    await server.close();
  }
}

/** Its TCP port tells whether an API that is found by itself is of the server that is measured. */
function serverApiRequest({ host, port, token, serverApi: apiUrl }: BenchConfig): ServerApiRequest {
  const name = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
  return { apiUrl, token, targets: [{ kind: 'streamer', url: `streamer://${name}:${port}` }] };
}

async function measured(coordinator: Coordinator, local: readonly NodeDevice[]): Promise<BenchOutcome | null> {
  const outcome = coordinator.run();
  for (const device of local) device.start();
  return await outcome;
}

/** Devices of `--local`: each with its own connection, as those on other machines. */
function localDevices(config: BenchConfig, tls: TlsTrust | null, { clock, logger }: RunParts): readonly NodeDevice[] {
  const { host, port, token, local } = config;
  return Array.from({ length: local }, (_, index) => {
    const name = `local-${index + 1}`;
    return new NodeDevice(
      {
        path: { host, port, token },
        tls,
        name,
        policy: 'latest',
        about: `${aboutThisProcess()}, with the coordinator`,
      },
      { onEnd: (error) => error && logger.warn({ code: error.code, device: name }, error.message) },
      clock,
    );
  });
}

function showProgress(coordinator: Coordinator, { devices }: BenchConfig, { clock, view }: RunParts): () => void {
  const startedUs = clock.nowUs();
  let cancel = () => {};
  const show = () => {
    view.render(benchProgress(coordinator, devices, Math.round((clock.nowUs() - startedUs) / 1000)));
    cancel = clock.schedule(REFRESH_US, show);
  };
  show();
  return () => cancel();
}
