import type { FleetResources } from './fleet-status.js';
import { LimitGuard } from './limit-guard.js';
import type { FleetLimits } from './limit-guard.js';
import type { MachineLoad, MachineWatch } from '../../shared/machine-load.js';
import { RunningFigure } from './running-figure.js';
import type { Figure } from './running-figure.js';

/** What was seen of the machine over a run. */
export interface ResourceFigures {
  readonly cpuPercent: Figure | null;
  readonly memoryPercent: Figure | null;
}

/** Reads how busy the machine is, holds it against the limits of a fleet, and keeps the figures for the report. */
export class ResourceWatch {
  private readonly guard: LimitGuard;
  private readonly cpu = new RunningFigure();
  private readonly memory = new RunningFigure();
  private load: MachineLoad = { cpuPercent: null, memoryPercent: null };

  constructor(
    private readonly machine: Pick<MachineWatch, 'read'>,
    limits: FleetLimits,
  ) {
    this.guard = new LimitGuard(limits);
  }

  /** Why no stream may start at present, in words; null while there is room. */
  get fault(): string | null {
    return this.guard.fault;
  }

  /** The last reading and the limits. */
  get latest(): Omit<FleetResources, 'notice'> {
    return { ...this.load, limits: this.guard.limits };
  }

  get figures(): ResourceFigures {
    return { cpuPercent: this.cpu.figure, memoryPercent: this.memory.figure };
  }

  /** To be called once a second; resolves with how many of `streams` have to end. */
  async read(streams: () => number): Promise<number> {
    this.load = await this.machine.read();
    this.cpu.add(this.load.cpuPercent);
    this.memory.add(this.load.memoryPercent);
    return this.guard.onReading(this.load, streams());
  }
}
