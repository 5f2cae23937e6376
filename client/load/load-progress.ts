import type { Clock } from '../../shared/clock.js';
import { toPrintable } from '../../shared/protocol/printable.js';
import { redactText } from '../../shared/redact.js';
import { formatCount, formatDurationUs, formatMbps, formatWithError } from '../../shared/units.js';
import type { ServerSample } from '../trust/server-watch.js';
import type { ProgressPage } from '../ui/progress.js';
import type { CrowdProgress, TargetProgress } from './crowd.js';
import type { LoadConfig } from './load-config.js';

/** The charts go back so far, a value a second. */
const CHART_SECONDS = 300;
const MAX_ERROR_LENGTH = 120;
/** Our own delay beyond this shows in the latencies of a stream of 30 frames a second. */
const LATE_US = 7_000;

type Figure = ProgressPage['figures'][number];

/** What is shown while `load` runs. */
export class LoadProgress {
  private readonly latency: (number | null)[] = [];
  private readonly fps: (number | null)[] = [];
  private readonly startUs: number;
  private second = -1;
  private phase: 'ramp' | 'measuring' = 'ramp';
  private endsAtMs: number | null = null;

  constructor(
    private readonly config: LoadConfig,
    private readonly clock: Clock,
  ) {
    this.startUs = clock.nowUs();
  }

  /** A phase begins, that lasts for `durationMs`; null where nobody knows. */
  begin(phase: 'ramp' | 'measuring', durationMs: number | null): void {
    this.phase = phase;
    this.endsAtMs = durationMs === null ? null : this.elapsedMs + durationMs;
  }

  page(progress: CrowdProgress, server: ServerSample | null): ProgressPage {
    this.chart(progress);
    const { connected, targets } = progress;
    const { clients } = this.config;
    const newest = progress.errors.at(-1);
    return {
      title: 'streamer-client load',
      phase: this.phase === 'ramp' ? `ramp: ${connected} of ${clients} sessions` : `measuring ${clients} sessions`,
      elapsedMs: this.elapsedMs,
      endsAtMs: this.endsAtMs,
      figures: figuresOf(progress, server),
      charts: [
        { label: 'latency p99', unit: 'us', values: [...this.latency] },
        { label: 'frames a second', unit: 'frames/s', values: [...this.fps] },
      ],
      table: { columns: COLUMNS, rows: targets.map(rowOf), rowsAre: 'targets' },
      notice: newest ? words(newest) : null,
    };
  }

  private get elapsedMs(): number {
    return (this.clock.nowUs() - this.startUs) / 1000;
  }

  private chart({ latencyP99Us, framesPerSecond }: CrowdProgress): void {
    const second = Math.floor(this.elapsedMs / 1000);
    if (second === this.second) return;
    this.second = second;
    this.latency.push(latencyP99Us);
    this.fps.push(framesPerSecond);
    for (const values of [this.latency, this.fps]) if (values.length > CHART_SECONDS) values.shift();
  }
}

function figuresOf(progress: CrowdProgress, server: ServerSample | null): Figure[] {
  const { asked, connected, failed, framesPerSecond, bytesPerSecond, lost, skipped, loopDelayP99Us } = progress;
  const { latencyP50Us, latencyP99Us, errorUs } = progress;
  return [
    { label: 'latency p99', value: formatWithError(latencyP99Us, errorUs) },
    { label: 'latency p50', value: formatDurationUs(latencyP50Us) },
    {
      label: 'connected',
      value: failed > 0 ? `${connected}/${asked}, ${failed} failed` : `${connected}/${asked}`,
      tone: failed > 0 ? 'bad' : connected < asked ? 'warning' : 'good',
    },
    { label: 'fps', value: framesPerSecond.toFixed(0) },
    { label: 'rate', value: formatMbps((bytesPerSecond * 8) / 1e6) },
    { label: 'lost', value: formatCount(lost), ...(lost > 0 && { tone: 'bad' as const }) },
    { label: 'skipped', value: formatCount(skipped), ...(skipped > 0 && { tone: 'warning' as const }) },
    {
      label: 'own delay',
      value: formatDurationUs(loopDelayP99Us),
      ...(loopDelayP99Us > LATE_US && { tone: 'warning' as const }),
    },
    ...(server ? [{ label: 'server CPU', value: `${server.cpuPercent.toFixed(0)} %` }] : []),
  ];
}

const COLUMNS = [
  { label: 'Target', align: 'left' },
  { label: 'Connected', align: 'right' },
  { label: 'Failed', align: 'right' },
  { label: 'fps', align: 'right' },
  { label: 'Rate', align: 'right' },
  { label: 'Frames', align: 'right' },
  { label: 'Lost', align: 'right' },
  { label: 'Reconnects', align: 'right' },
  { label: 'Last error', align: 'left' },
] as const;

function rowOf(target: TargetProgress): readonly string[] {
  const { name, connected, failed, framesPerSecond, bytesPerSecond, frames, lost, reconnects, lastError } = target;
  return [
    name,
    String(connected),
    String(failed),
    framesPerSecond.toFixed(0),
    formatMbps((bytesPerSecond * 8) / 1e6),
    formatCount(frames),
    formatCount(lost),
    String(reconnects),
    lastError ? words(lastError) : '',
  ];
}

function words({ code, message }: { readonly code: string; readonly message: string }): string {
  const text = toPrintable(redactText(message));
  return `${code}: ${text.length > MAX_ERROR_LENGTH ? `${text.slice(0, MAX_ERROR_LENGTH)}…` : text}`;
}
