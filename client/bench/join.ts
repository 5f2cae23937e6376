import type { Clock } from '../../shared/clock.js';
import type { StreamerError } from '../../shared/errors.js';
import { LatencyHistogram } from '../../shared/histogram.js';
import type { DeviceResult } from '../../shared/protocol/bench-messages.js';
import { redactUrl } from '../../shared/redact.js';
import { formatDurationUs, formatWithError } from '../../shared/units.js';
import { loadTrust } from '../tls-trust.js';
import type { ProgressPage, ProgressView } from '../ui/progress.js';
import { aboutThisProcess } from './about-process.js';
import { devicePath } from './device-address.js';
import type { JoinConfig } from './join-config.js';
import { NodeDevice } from './node-device.js';

/** What a device takes from its surroundings. */
export interface JoinParts {
  readonly clock: Clock;
  readonly view: ProgressView;
  /** Resolves when the user asks to stop. */
  readonly stopRequest: Promise<unknown>;
}

/** What a device measured of one benchmark, as `--json` prints it. */
export interface JoinedBenchmark {
  readonly stream: string;
  readonly result: DeviceResult;
}

/** How a device did, from joining to its end. */
export interface JoinOutcome {
  readonly name: string;
  readonly server: string;
  readonly benchmarks: readonly JoinedBenchmark[];
  /** Null when it ended as it should. */
  readonly error: StreamerError | null;
}

const REFRESH_US = 500_000;
/** Results that are kept for the summary. */
const MAX_KEPT = 100;

/**
 * Joins the benchmarks of a server until the user stops it, or one is over with `--once`.
 *
 * @throws {StreamerError} BAD_USAGE, BAD_CERTIFICATE when it could not begin.
 */
export async function join(config: JoinConfig, parts: JoinParts): Promise<JoinOutcome> {
  const { token, name, policy } = config;
  const path = devicePath(config.server, token, parts.clock);
  const tls = config.tls && (await loadTrust(config.tls.caPath));
  return await new Promise(
    (resolve) => new Joined({ path, tls, name, policy, about: aboutThisProcess() }, config, parts, resolve),
  );
}

class Joined {
  private readonly device: NodeDevice;
  private readonly benchmarks: JoinedBenchmark[] = [];
  private readonly startedUs: number;
  private notice: string | null = null;
  private cancelRefresh = () => {};

  constructor(
    options: ConstructorParameters<typeof NodeDevice>[0],
    private readonly config: JoinConfig,
    private readonly parts: JoinParts,
    private readonly done: (outcome: JoinOutcome) => void,
  ) {
    const { clock, view, stopRequest } = parts;
    this.startedUs = clock.nowUs();
    this.device = new NodeDevice(
      options,
      {
        onJoined: (name) => view.say(`joined ${this.server} as ${name}`),
        onNews: (sentence) => (this.notice = sentence),
        onResult: (stream, result) => this.onResult(stream, result),
        onOver: (reason) => this.onOver(reason),
        onEnd: (error) => this.finish(error),
      },
      clock,
    );
    void stopRequest.then(() => this.device.close());
    this.device.start();
    this.refresh();
  }

  private get server(): string {
    return redactUrl(this.config.server);
  }

  private onResult(stream: string, result: DeviceResult): void {
    this.benchmarks.push({ stream, result });
    if (this.benchmarks.length > MAX_KEPT) this.benchmarks.shift();
    this.parts.view.say(summaryOf(stream, result));
  }

  private onOver(reason: string): void {
    this.notice = `The benchmark is over: ${reason}`;
    if (this.config.once && this.benchmarks.length > 0) this.device.close();
  }

  private refresh(): void {
    this.parts.view.render(this.page());
    this.cancelRefresh = this.parts.clock.schedule(REFRESH_US, () => this.refresh());
  }

  private page(): ProgressPage {
    const { name, phase, figures, isConnected, endsInUs } = this.device.status;
    const elapsedMs = Math.round((this.parts.clock.nowUs() - this.startedUs) / 1000);
    const isMeasuring = phase === 'running' || phase === 'starting';
    return {
      title: `streamer-client join: ${name ?? this.config.name}`,
      phase: isConnected ? phaseWords[phase] : 'connecting',
      elapsedMs,
      endsAtMs: isMeasuring && endsInUs !== null ? elapsedMs + Math.round(endsInUs / 1000) : null,
      figures: figures
        ? [
            { label: 'frames', value: String(figures.received) },
            { label: 'lost', value: String(figures.lost), ...(figures.lost > 0 && { tone: 'warning' as const }) },
            { label: 'p50', value: formatDurationUs(figures.latencyP50Us) },
            { label: 'p99', value: formatWithError(figures.latencyP99Us, figures.errorUs) },
          ]
        : [],
      charts: [],
      table: null,
      notice: this.notice,
    };
  }

  private finish(error: StreamerError | null): void {
    this.cancelRefresh();
    const { name } = this.device.status;
    this.done({ name: name ?? this.config.name, server: this.server, benchmarks: this.benchmarks, error });
  }
}

const phaseWords = {
  waiting: 'waiting for a benchmark',
  starting: 'the benchmark begins',
  running: 'measuring',
  finishing: 'working out the result',
  done: 'result sent',
} as const;

/** What the device measured, for a terminal: a line for each benchmark. */
export function joinText({ name, benchmarks }: JoinOutcome): string {
  if (benchmarks.length === 0) return `${name} took part in no benchmark.\n`;
  const lines = benchmarks.map(({ stream, result }) => `  ${summaryOf(stream, result)}\n`);
  return `${name} measured\n${lines.join('')}`;
}

/** `stream cam: 1799 frames, 0 lost, 0 skipped, p50 8.2 ms, p99 15 ms ± 0.3 ms`. */
function summaryOf(stream: string, result: DeviceResult): string {
  const { received, lost, skipped, clock, latency, latencyNegative } = result;
  const histogram = LatencyHistogram.decode(latency, latencyNegative);
  const p50 = formatDurationUs(histogram.quantile(0.5));
  const p99 = formatWithError(histogram.quantile(0.99), clock.errorUs);
  return `stream ${stream}: ${received} frames, ${lost} lost, ${skipped} skipped, p50 ${p50}, p99 ${p99}`;
}
