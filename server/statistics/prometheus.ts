import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { ClientRegistry } from '../clients.js';
import { clientMetrics } from './client-metrics.js';
import type { HistogramSample, Labels, MetricFamily } from './metric-family.js';
import { publishingMetrics } from './publishing-metrics.js';
import type { PublishingControl } from './publishing-metrics.js';
import { recordingMetrics } from './recording-metrics.js';
import type { RecordingControl } from './recording-metrics.js';
import { serverMetrics } from './server-metrics.js';
import type { SentByStream } from './sent-totals.js';
import type { ServerStatistics } from './server-statistics.js';
import { streamMetrics } from './stream-metrics.js';

/** What the metrics are about. */
export interface MetricsParts {
  readonly clients: ClientRegistry;
  readonly statistics: ServerStatistics;
  /** Without it nothing is told about recording and publishing. */
  readonly control?: (RecordingControl & PublishingControl) | undefined;
}

/** The metrics of a server in the text format of Prometheus. */
export interface Metrics {
  readonly contentType: string;
  /** The metrics as they are now. */
  render(): Promise<string>;
  /** Lets go of what they are about. */
  close(): void;
}

const PREFIX = 'frame_streamer_';
/** Of the library's metrics of the process those that tell whether it is well. */
const PROCESS_METRICS = [
  'process_cpu_user_seconds_total',
  'process_cpu_system_seconds_total',
  'process_cpu_seconds_total',
  'process_start_time_seconds',
  'process_resident_memory_bytes',
  'process_open_fds',
  'process_max_fds',
  'nodejs_heap_size_total_bytes',
  'nodejs_heap_size_used_bytes',
  'nodejs_external_memory_bytes',
  'nodejs_version_info',
];
/** We measure the event loop ourselves; the library's own look at it cannot be left out, but be made rare. */
const RARELY_MS = 2 ** 31 - 1;

/** The metrics of a server; values are taken when they are rendered, so that being watched by nobody costs nothing. */
export function createMetrics({ clients, statistics, control }: MetricsParts): Metrics {
  const registry = new Registry();
  // Adding up what every client was sent takes longer than all the rest, so it is done once for several metrics.
  let sent: SentByStream = new Map();
  const families = [
    ...serverMetrics(statistics),
    ...streamMetrics(statistics),
    ...clientMetrics(clients, statistics.reports, () => sent),
    ...(control ? [...recordingMetrics(control), ...publishingMetrics(control)] : []),
  ];
  for (const family of families) register(family, registry);
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: RARELY_MS });
  for (const { name } of registry.getMetricsAsArray()) {
    if (!name.startsWith(PREFIX) && !PROCESS_METRICS.includes(name)) registry.removeSingleMetric(name);
  }
  return {
    contentType: registry.contentType,
    render: () => {
      sent = statistics.sent();
      return registry.metrics();
    },
    close: () => registry.clear(),
  };
}

function register(family: MetricFamily, registry: Registry): void {
  const { help, labels: labelNames } = family;
  const configuration = { name: PREFIX + family.name, help, labelNames, registers: [registry] };
  switch (family.type) {
    case 'histogram':
      new CollectedHistogram(configuration, () => family.collect());
      return;
    case 'gauge':
      new Gauge({
        ...configuration,
        collect() {
          this.reset();
          for (const { labels, value } of family.collect()) this.set(labels, value);
        },
      });
      return;
    case 'counter':
      new Counter({
        ...configuration,
        collect() {
          this.reset();
          for (const { labels, value } of family.collect()) this.inc(labels, value);
        },
      });
  }
}

type HistogramConfiguration = ConstructorParameters<typeof Histogram>[0];

/** A histogram that is counted elsewhere; the library's own can only be told one value at a time. */
class CollectedHistogram extends Histogram {
  constructor(
    private readonly configuration: HistogramConfiguration,
    private readonly series: () => Iterable<HistogramSample>,
  ) {
    super(configuration);
  }

  /** What the registry asks for, as `get` does. */
  getForPromString() {
    const { name, help } = this.configuration;
    const values = [...this.series()].flatMap((sample) => linesOf(name, sample));
    return Promise.resolve({ name, help, type: 'histogram', aggregator: 'sum', values });
  }
}

interface Line {
  readonly metricName: string;
  readonly sharedLabels: Labels;
  readonly labels: Labels;
  readonly value: number;
}

function linesOf(name: string, { labels: sharedLabels, counts }: HistogramSample): Line[] {
  const line = (suffix: string, value: number, labels: Labels = {}): Line => ({
    ...{ metricName: `${name}_${suffix}`, sharedLabels, labels, value },
  });
  return [
    ...counts.boundsUs.map((boundUs, i) => line('bucket', counts.counts[i] ?? 0, { le: String(boundUs / 1e6) })),
    line('bucket', counts.count, { le: '+Inf' }),
    line('sum', counts.sumUs / 1e6),
    line('count', counts.count),
  ];
}
