import { redactText } from '../../shared/redact.js';
import { toPrintable } from '../../shared/protocol/printable.js';
import { NOTHING, formatCount, formatMbps } from '../../shared/units.js';
import type { MachineLoad } from '../../shared/machine-load.js';
import type { CrowdProgress, TargetProgress } from '../load/crowd.js';
import type { ProgressPage } from '../ui/progress.js';
import { counted } from '../report/sections/words.js';
import { stateOf } from './camera-log.js';

export const CAMERAS_TITLE = 'streamer-client cameras';

/** The charts go back so far, a value a second. */
const CHART_SECONDS = 300;
const MAX_ERROR_LENGTH = 120;

/** While there is nothing but a list that is being read. */
export function listPage(cameras: number, elapsedMs: number): ProgressPage {
  return {
    title: CAMERAS_TITLE,
    phase: cameras === 0 ? 'reading the list of cameras' : `reading the list of cameras: ${cameras} so far`,
    elapsedMs,
    endsAtMs: null,
    figures: [],
    charts: [],
    table: null,
    notice: null,
  };
}

/** What is shown while cameras are read. */
export class CamerasProgress {
  private readonly fps: (number | null)[] = [];
  private readonly cpu: (number | null)[] = [];
  private second = -1;

  /** @param endsAtMs when the run is over, since the same beginning as the `elapsedMs` of `page` */
  constructor(private readonly endsAtMs: number) {}

  page(progress: CrowdProgress, machine: MachineLoad, elapsedMs: number): ProgressPage {
    this.chart(progress, machine, elapsedMs);
    const { asked, targets } = progress;
    const newest = progress.errors.at(-1);
    return {
      title: CAMERAS_TITLE,
      phase:
        asked < targets.length
          ? `opening: ${asked} of ${targets.length} cameras`
          : `measuring ${counted(asked, 'camera')}`,
      elapsedMs,
      endsAtMs: this.endsAtMs,
      figures: figuresOf(progress, machine),
      charts: [
        { label: 'frames a second', unit: 'frames/s', values: [...this.fps] },
        { label: 'CPU of this machine', unit: 'percent', values: [...this.cpu] },
      ],
      table: { columns: COLUMNS, rows: targets.map(rowOf), rowsAre: 'cameras' },
      notice: newest ? words(newest) : null,
    };
  }

  private chart({ framesPerSecond }: CrowdProgress, { cpuPercent }: MachineLoad, elapsedMs: number): void {
    const second = Math.floor(elapsedMs / 1000);
    if (second === this.second) return;
    this.second = second;
    for (const [values, value] of [
      [this.fps, framesPerSecond],
      [this.cpu, cpuPercent],
    ] as const) {
      values.push(value);
      if (values.length > CHART_SECONDS) values.shift();
    }
  }
}

const COLUMNS = [
  { label: 'Camera', align: 'left' },
  { label: 'State', align: 'left' },
  { label: 'fps', align: 'right' },
  { label: 'Rate', align: 'right' },
  { label: 'Frames', align: 'right' },
  { label: 'Reconnects', align: 'right' },
  { label: 'Last error', align: 'left' },
] as const;

function rowOf(target: TargetProgress): readonly string[] {
  const { name, framesPerSecond, bytesPerSecond, frames, reconnects, lastError } = target;
  return [
    name,
    stateOf(target),
    framesPerSecond.toFixed(1),
    formatMbps((bytesPerSecond * 8) / 1e6),
    formatCount(frames),
    String(reconnects),
    lastError ? words(lastError) : '',
  ];
}

function figuresOf(progress: CrowdProgress, { cpuPercent, memoryPercent }: MachineLoad): ProgressPage['figures'] {
  const { asked, connected, failed, reconnecting, framesPerSecond, bytesPerSecond, reconnects } = progress;
  return [
    { label: 'connected', value: `${connected}/${asked}`, tone: connected === asked ? 'good' : 'warning' },
    { label: 'failed', value: String(failed), ...(failed > 0 && { tone: 'bad' as const }) },
    { label: 'reconnecting', value: String(reconnecting), ...(reconnecting > 0 && { tone: 'warning' as const }) },
    { label: 'fps', value: framesPerSecond.toFixed(1) },
    { label: 'rate', value: formatMbps((bytesPerSecond * 8) / 1e6) },
    { label: 'reconnects', value: String(reconnects) },
    { label: 'CPU', value: percent(cpuPercent) },
    { label: 'memory', value: percent(memoryPercent) },
  ];
}

function words({ code, message }: { readonly code: string; readonly message: string }): string {
  const text = toPrintable(redactText(message));
  return `${code}: ${text.length > MAX_ERROR_LENGTH ? `${text.slice(0, MAX_ERROR_LENGTH)}…` : text}`;
}

function percent(value: number | null): string {
  return value === null ? NOTHING : `${value.toFixed(0)} %`;
}
