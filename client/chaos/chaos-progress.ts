import type { Clock } from '../../shared/clock.js';
import { formatBytes, formatCount, formatWithError } from '../../shared/units.js';
import type { CrowdProgress } from '../load/crowd.js';
import type { ProgressPage } from '../ui/progress.js';
import type { Attackers } from './attackers.js';
import type { ChaosConfig } from './chaos-config.js';

/** The chart goes back so far, two values a second. */
const CHART_VALUES = 600;

/** What is shown while good clients are measured beside an attack. */
export class ChaosProgress {
  private readonly startUs: number;
  private readonly p99Us: (number | null)[] = [];
  private endsAtMs: number | null = null;

  constructor(
    private readonly config: Pick<ChaosConfig, 'target'>,
    private readonly clock: Clock,
  ) {
    this.startUs = clock.nowUs();
  }

  /** A phase begins that lasts so long. */
  begin(durationMs: number): void {
    this.endsAtMs = this.elapsedMs + durationMs;
  }

  /** @param attackers null while nobody attacks */
  page(phase: string, good: CrowdProgress, attackers: Attackers | null, serverBytes: number | null): ProgressPage {
    this.p99Us.push(good.latencyP99Us);
    if (this.p99Us.length > CHART_VALUES) this.p99Us.shift();
    const { elapsedMs, endsAtMs } = this;
    return {
      title: `streamer-client chaos ${this.config.target.shownUrl}`,
      phase: attackers ? `${phase} the attack: ${attackers.open} attackers` : phase,
      ...{ elapsedMs, endsAtMs },
      figures: [...goodFigures(good), ...memoryFigure(serverBytes)],
      charts: [{ label: 'p99 of the good clients', unit: 'us', values: [...this.p99Us] }],
      table: attackers ? attackersTable(attackers) : null,
      notice: good.errors.at(-1)?.message ?? null,
    };
  }

  private get elapsedMs(): number {
    return Math.round((this.clock.nowUs() - this.startUs) / 1000);
  }
}

function goodFigures(good: CrowdProgress): ProgressPage['figures'] {
  const { connected, asked, latencyP99Us, errorUs, lost, skipped, reconnects, framesPerSecond } = good;
  return [
    { label: 'p99', value: formatWithError(latencyP99Us, errorUs) },
    { label: 'good', value: `${connected} of ${asked}`, tone: connected < asked ? 'bad' : 'good' },
    { label: 'frames/s', value: framesPerSecond.toFixed(0) },
    { label: 'lost', value: formatCount(lost), tone: lost > 0 ? 'bad' : 'good' },
    { label: 'skipped', value: formatCount(skipped) },
    { label: 'reconnects', value: formatCount(reconnects), tone: reconnects > 0 ? 'bad' : 'good' },
  ];
}

function memoryFigure(bytes: number | null): ProgressPage['figures'] {
  return bytes === null ? [] : [{ label: 'server', value: formatBytes(bytes) }];
}

function attackersTable(attackers: Attackers): ProgressPage['table'] {
  return {
    columns: [
      { label: 'Attackers', align: 'left' },
      { label: 'Asked', align: 'right' },
      { label: 'Open', align: 'right' },
      { label: 'Opened', align: 'right' },
      { label: 'Closed by server', align: 'right' },
      { label: 'Most often', align: 'left' },
    ],
    rows: attackers.figures().map(({ kind, asked, stillOpen, opened, closedByServer, codes }) => {
      return [kind, `${asked}`, `${stillOpen}`, `${opened}`, `${closedByServer}`, codes[0]?.code ?? '-'];
    }),
    rowsAre: 'kinds',
  };
}
