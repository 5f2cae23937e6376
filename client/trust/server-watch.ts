import type { Clock } from '../../shared/clock.js';
import { untilStopped } from '../../shared/until-stopped.js';
import type { ServerSamples } from '../report/run-trust-schema.js';
import { findServerApi } from './find-server-api.js';
import type { FoundApi, ServerApiRequest } from './find-server-api.js';
import { JsonRequest } from './json-request.js';
import { KeptSamples } from './kept-samples.js';
import { isThisMachine } from './same-machine.js';
import { askedServerSchema } from './server-api-schema.js';
import type { AskedServer } from './server-api-schema.js';
import { Sampling } from './sampling.js';
import { StreamCounts } from './stream-counts.js';

export type ServerSample = ServerSamples['samples'][number];

/** The window does not wait longer for it, at either end. */
const LIMIT_US = 2_000_000;

/**
 * Looks for the HTTP API of the server under load, as `findServerApi` does; null where there is none that can be asked, or
 * as soon as `signal` is aborted.
 *
 * @throws {StreamerError} CONNECT_FAILED when the one that was given does not answer.
 */
export async function openServerWatch(
  request: ServerApiRequest,
  clock: Clock,
  signal: AbortSignal,
): Promise<ServerWatch | null> {
  const found = await findServerApi(request, clock, signal);
  if (found === null) return null;
  const isSameMachine = await untilStopped(isThisMachine(found.origin.hostname), signal);
  return isSameMachine === undefined ? null : new ServerWatch(found, isSameMachine, clock);
}

/** Asks the server under load once a second how it is doing. What it does not answer is missing, and ends nothing. */
export class ServerWatch {
  private readonly request: JsonRequest;
  private readonly counts: StreamCounts;
  private readonly samples = new KeptSamples<ServerSample>();
  private last: AskedServer;
  private latestSample: ServerSample | null = null;
  private beganUs: number;
  private readonly sampling: Sampling;

  constructor(
    private readonly api: FoundApi,
    readonly isSameMachine: boolean,
    private readonly clock: Clock,
  ) {
    this.request = new JsonRequest(new URL('/api/server', api.origin), api.token, clock);
    this.sampling = new Sampling(clock, () => this.sample());
    this.counts = new StreamCounts(api, clock);
    this.last = api.server;
    this.beganUs = clock.nowUs();
  }

  /** Begins a window; waits a few seconds at most, however slow the server is to answer. */
  async begin(): Promise<void> {
    this.sampling.stop();
    this.samples.clear();
    this.latestSample = null;
    const isCurrent = this.sampling.stillCurrent;
    const [server] = await Promise.all([this.ask(), this.counts.begin()]);
    if (!isCurrent()) return;
    this.beganUs = this.clock.nowUs();
    if (server !== null) this.last = server;
    this.sampling.start();
  }

  /** Ends the window: what the server says happened in it, as far as it answers in a few seconds. */
  async end(): Promise<ServerSamples> {
    this.sampling.stop();
    const [streams] = await Promise.all([this.counts.end(), this.sample()]);
    return {
      url: this.api.origin.origin,
      version: this.last.version,
      isSameMachine: this.isSameMachine,
      samples: this.samples.all(),
      streams,
    };
  }

  /** The newest sample of the window; null before the first. */
  latest(): ServerSample | null {
    return this.latestSample;
  }

  /** Stops asking; resolves when no socket is left. Idempotent. */
  async close(): Promise<void> {
    this.sampling.stop();
    await Promise.all([this.request.close(), this.counts.close()]);
  }

  private async sample(): Promise<void> {
    const isCurrent = this.sampling.stillCurrent;
    const { last } = this;
    const server = await this.ask();
    if (server === null || !isCurrent()) return;
    this.last = server;
    const cpuPercent = cpuPercentOf(last, server);
    if (cpuPercent === null) return;
    this.latestSample = {
      atMs: Math.max(0, Math.round((this.clock.nowUs() - this.beganUs) / 1000)),
      cpuPercent,
      residentBytes: server.memoryBytes,
      loopDelayP99Us: server.eventLoopDelayP99Us,
      clients: server.clients,
    };
    this.samples.add(this.latestSample);
  }

  private async ask(): Promise<AskedServer | null> {
    const body = await this.request.get(LIMIT_US).catch(() => null);
    return askedServerSchema.safeParse(body).data ?? null;
  }
}

/** Both times are the server's own, so that our delay is not in it. Null where it started anew, or no time passed. */
function cpuPercentOf(before: AskedServer, after: AskedServer): number | null {
  const wallUs = after.nowUs - before.nowUs;
  if (after.startedAtUs !== before.startedAtUs || wallUs <= 0) return null;
  return Math.max(0, ((after.cpuSeconds - before.cpuSeconds) * 1e8) / wallUs);
}
