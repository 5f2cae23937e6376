import type { Clock } from '../../shared/clock.js';
import { LatencyHistogram } from '../../shared/histogram.js';
import type { GeneratorFigures } from '../report/run-trust-schema.js';
import { KeptSamples } from './kept-samples.js';
import { machinePercents } from './machine-times.js';
import type { MachineTimes } from './machine-times.js';
import { nodeProcess } from './node-process.js';
import type { ProcessFigureSources } from './node-process.js';
import { Sampling } from './sampling.js';

/** What a process says of itself; its threads say the rest. */
export type OwnProcessFigures = Omit<GeneratorFigures, 'threads'>;
export type ProcessSample = GeneratorFigures['samples'][number];

export interface ProcessWatchOptions {
  /** Ports of the targets, whose connections are looked at; none by default. */
  readonly socketsOf?: ReadonlySet<number>;
  /** Connections that are slow on purpose, by their own port. */
  readonly isLeftOut?: (localPort: number) => boolean;
  /** Of the worst thread at present, for the samples; 0 by default. */
  readonly loopDelayP99Us?: () => number;
}

/** At most so much of the time is spent on looks at the sockets, which take the longer the more there are. */
const MOST_SHARE_OF_LOOKS = 0.02;

interface Reading {
  readonly atUs: number;
  readonly cpuUs: number;
  readonly machine: MachineTimes | null;
  readonly throttledUs: number | null;
}

/** Watches the process that makes the load, and the machine it runs on, once a second. One is enough for a process. */
export class ProcessWatch {
  private readonly samples = new KeptSamples<ProcessSample>();
  private readonly backlogs = new LatencyHistogram();
  private memory = { sum: 0, count: 0, max: 0 };
  private first: Reading | null = null;
  private last: Reading | null = null;
  private knowsBacklog = false;
  private nextLookUs = 0;
  private latestSample: ProcessSample | null = null;
  private readonly sampling: Sampling;

  constructor(
    private readonly clock: Clock,
    private readonly options: ProcessWatchOptions = {},
    private readonly sources: ProcessFigureSources = nodeProcess(),
  ) {
    this.sampling = new Sampling(clock, () => this.sample());
  }

  /** Begins a window, and looks once a second from now on. */
  async begin(): Promise<void> {
    this.sampling.stop();
    this.samples.clear();
    this.backlogs.reset();
    this.memory = { sum: 0, count: 0, max: 0 };
    this.latestSample = null;
    const isCurrent = this.sampling.stillCurrent;
    const reading = await this.read();
    if (!isCurrent()) return;
    this.first = reading;
    this.last = reading;
    this.noteMemory();
    this.sampling.start();
  }

  /** Ends the window: what happened in it. */
  async end(): Promise<OwnProcessFigures> {
    this.sampling.stop();
    await this.sample();
    const { first, last, backlogs, memory } = this;
    const machine = machinePercents(first?.machine ?? null, last?.machine ?? null);
    return {
      cpuPercent: first && last ? cpuPercent(first, last) : 0,
      machineCpuPercent: machine?.busy ?? null,
      stolenCpuPercent: machine?.stolen ?? null,
      throttledPercent: first && last ? throttledPercent(first, last) : null,
      residentBytes: { mean: memory.count === 0 ? 0 : memory.sum / memory.count, max: memory.max },
      socketBacklogBytes: this.knowsBacklog
        ? { p50: backlogs.quantile(0.5) ?? 0, p99: backlogs.quantile(0.99) ?? 0, max: backlogs.max ?? 0 }
        : null,
      samples: this.samples.all(),
    };
  }

  /** The newest sample of the window; null before the first. */
  latest(): ProcessSample | null {
    return this.latestSample;
  }

  /** Stops looking. Idempotent. */
  close(): void {
    this.sampling.stop();
  }

  private async sample(): Promise<void> {
    const isCurrent = this.sampling.stillCurrent;
    const now = await this.read();
    await this.look(now.atUs);
    const { first, last } = this;
    if (!isCurrent() || first === null || last === null) return;
    this.noteMemory();
    this.last = now;
    this.latestSample = {
      atMs: Math.max(0, Math.round((now.atUs - first.atUs) / 1000)),
      cpuPercent: cpuPercent(last, now),
      machineCpuPercent: machinePercents(last.machine, now.machine)?.busy ?? null,
      residentBytes: this.sources.residentBytes(),
      loopDelayP99Us: Math.round(this.options.loopDelayP99Us?.() ?? 0),
    };
    this.samples.add(this.latestSample);
  }

  /** The table of the kernel has a line for every connection of the machine, so it is asked less often when it is long. */
  private async look(nowUs: number): Promise<void> {
    const { socketsOf, isLeftOut } = this.options;
    if (socketsOf === undefined || socketsOf.size === 0 || nowUs < this.nextLookUs) return;
    const isCurrent = this.sampling.stillCurrent;
    const largest = await this.sources.backlog.largestBytes(socketsOf, isLeftOut).catch(() => null);
    const tookUs = this.clock.nowUs() - nowUs;
    this.nextLookUs = nowUs + tookUs / MOST_SHARE_OF_LOOKS;
    if (largest === null || !isCurrent()) return;
    this.knowsBacklog = true;
    this.backlogs.record(largest);
  }

  private async read(): Promise<Reading> {
    const { sources } = this;
    const [machine, throttledUs] = await Promise.all([sources.machine(), sources.throttledUs()]);
    return { atUs: this.clock.nowUs(), cpuUs: sources.cpuUs(), machine, throttledUs };
  }

  private noteMemory(): void {
    const bytes = this.sources.residentBytes();
    const { sum, count, max } = this.memory;
    this.memory = { sum: sum + bytes, count: count + 1, max: Math.max(max, bytes) };
  }
}

function cpuPercent(before: Reading, after: Reading): number {
  return percentOfTime(after.cpuUs - before.cpuUs, before, after);
}

function throttledPercent(before: Reading, after: Reading): number | null {
  if (before.throttledUs === null || after.throttledUs === null) return null;
  return percentOfTime(after.throttledUs - before.throttledUs, before, after);
}

function percentOfTime(us: number, before: Reading, after: Reading): number {
  return Math.max(0, (us / Math.max(1, after.atUs - before.atUs)) * 100);
}
