import type { CancelTimer, Clock } from '../../shared/clock.js';
import { MachineWatch } from '../../shared/machine-load.js';
import type { MachineLoad } from '../../shared/machine-load.js';

/** Mean and maximum of percentages; null while there is none. */
export type MeanAndMax = { readonly mean: number; readonly max: number } | null;

const EVERY_US = 1_000_000;

/** Looks once a second how busy this machine is, until it is closed. */
export class MachineSamples {
  private readonly cpu = new Percentages();
  private readonly memory = new Percentages();
  private cancel: CancelTimer = () => undefined;
  private isClosed = false;
  latest: MachineLoad = { cpuPercent: null, memoryPercent: null };

  constructor(
    private readonly clock: Clock,
    private readonly watch: Pick<MachineWatch, 'read'> = new MachineWatch(),
  ) {
    void this.look();
  }

  /** Everything so far. */
  figures(): { cpuPercent: MeanAndMax; memoryPercent: MeanAndMax } {
    return { cpuPercent: this.cpu.figures(), memoryPercent: this.memory.figures() };
  }

  close(): void {
    this.isClosed = true;
    this.cancel();
  }

  private async look(): Promise<void> {
    const load = await this.watch.read();
    if (this.isClosed) return;
    this.latest = load;
    this.cpu.add(load.cpuPercent);
    this.memory.add(load.memoryPercent);
    this.cancel = this.clock.schedule(EVERY_US, () => void this.look());
  }
}

class Percentages {
  private count = 0;
  private sum = 0;
  private max = 0;

  add(percent: number | null): void {
    if (percent === null) return;
    this.count += 1;
    this.sum += percent;
    this.max = Math.max(this.max, percent);
  }

  figures(): MeanAndMax {
    return this.count === 0 ? null : { mean: this.sum / this.count, max: this.max };
  }
}
