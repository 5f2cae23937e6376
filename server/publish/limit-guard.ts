import type { MachineLoad } from '../../shared/machine-load.js';

/** How much of the machine a fleet may see used, in percent, and how many streams it may have. */
export interface FleetLimits {
  readonly maxStreams: number;
  readonly maxCpuPercent: number;
  readonly maxMemoryPercent: number;
}

/** So many readings one after the other above a limit, a second each, are no passing peak. */
const PATIENCE_READINGS = 5;
/** The mean of so many readings tells whether there is room: starting a stream takes more for a moment than running it. */
const MEAN_READINGS = 2;
/** Of the streams there are, so many are ended at a time. */
const SHED_SHARE = 0.1;

/** Tells from readings of the machine, one a second, when no more streams may start and when some have to end. */
export class LimitGuard {
  private readonly recent: MachineLoad[] = [];
  private readingsAbove = 0;

  constructor(readonly limits: FleetLimits) {}

  /** Takes the next reading; returns how many of `streams` have to end now. */
  onReading(load: MachineLoad, streams: number): number {
    this.recent.push(load);
    if (this.recent.length > MEAN_READINGS) this.recent.shift();
    this.readingsAbove = faultOf(load, this.limits) === null ? 0 : this.readingsAbove + 1;
    if (this.readingsAbove < PATIENCE_READINGS) return 0;
    // What ends now shows in the readings to come.
    this.readingsAbove = 0;
    // With the last one ended, what is above the limit would be none of the fleet's.
    return Math.min(streams - 1, Math.max(1, Math.floor(streams * SHED_SHARE)));
  }

  /** Why no stream may start at present, in words; null while there is room. */
  get fault(): string | null {
    const load = { cpuPercent: mean(this.recent, 'cpuPercent'), memoryPercent: mean(this.recent, 'memoryPercent') };
    return faultOf(load, this.limits);
  }
}

/** Which limit is passed, and how far; one of 100 % cannot be. */
function faultOf(load: MachineLoad, { maxCpuPercent, maxMemoryPercent }: FleetLimits): string | null {
  const { cpuPercent, memoryPercent } = load;
  if (memoryPercent !== null && memoryPercent > maxMemoryPercent)
    return words('memory', memoryPercent, maxMemoryPercent);
  if (cpuPercent !== null && cpuPercent > maxCpuPercent) return words('CPU', cpuPercent, maxCpuPercent);
  return null;
}

function words(what: string, percent: number, limit: number): string {
  return `${what} is at ${percent.toFixed(0)} % of the machine, the limit is ${limit} %`;
}

function mean(readings: readonly MachineLoad[], key: keyof MachineLoad): number | null {
  const known = readings.map((reading) => reading[key]).filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}
