import { readFile } from 'node:fs/promises';
import { cpus, freemem, totalmem } from 'node:os';

/** How busy the machine is; null where that is not known. */
export interface MachineLoad {
  /** CPU in percent of all cores, since the time before; null the first time. */
  readonly cpuPercent: number | null;
  /** Memory in use, in percent of what there is: of the machine, or of the container where that is fuller. */
  readonly memoryPercent: number | null;
}

/** Where figures of the machine come from; a test puts others in their place. */
export interface MachineFigures {
  /** Time of all cores together, in any unit, since any moment. */
  cpuTimes(): { readonly busy: number; readonly all: number };
  totalMemoryBytes(): number;
  freeMemoryBytes(): number;
  /** The text of a file of the system; null where there is none. */
  systemFile(path: string): Promise<string | null>;
}

/** The figures of this machine. */
export const nodeMachine: MachineFigures = {
  cpuTimes: () => {
    const times = cpus().map(({ times: { user, nice, sys, idle, irq } }) => ({ busy: user + nice + sys + irq, idle }));
    const busy = times.reduce((sum, core) => sum + core.busy, 0);
    return { busy, all: busy + times.reduce((sum, core) => sum + core.idle, 0) };
  },
  totalMemoryBytes: totalmem,
  freeMemoryBytes: freemem,
  systemFile: (path) => readFile(path, 'latin1').catch(() => null),
};

/** Watches CPU and memory of the whole machine. */
export class MachineWatch {
  private last: { readonly busy: number; readonly all: number } | null = null;

  constructor(private readonly figures: MachineFigures = nodeMachine) {}

  /** The load since the last call; for CPU that should be about a second ago. */
  async read(): Promise<MachineLoad> {
    const now = this.figures.cpuTimes();
    const { last } = this;
    this.last = now;
    const spent = last ? now.all - last.all : 0;
    const cpuPercent = last && spent > 0 ? clamped(((now.busy - last.busy) / spent) * 100) : null;
    const shares = [await this.machineShare(), await this.containerShare()].filter((share) => share !== null);
    return { cpuPercent, memoryPercent: shares.length === 0 ? null : clamped(Math.max(...shares) * 100) };
  }

  /** Of Linux what is available counts, since what is free leaves out the memory that only holds files. */
  private async machineShare(): Promise<number | null> {
    const { figures } = this;
    const text = (await figures.systemFile('/proc/meminfo')) ?? '';
    const total = kilobytes(text, 'MemTotal') ?? figures.totalMemoryBytes();
    const available = kilobytes(text, 'MemAvailable') ?? figures.freeMemoryBytes();
    return total > 0 ? 1 - available / total : null;
  }

  /** Null outside of a container, or in one without a limit. */
  private async containerShare(): Promise<number | null> {
    const group = await this.cgroup();
    const used = wholeNumber(await this.figures.systemFile(group.usage));
    const limit = wholeNumber(await this.figures.systemFile(group.limit));
    // A limit above the machine's memory is none; version 1 says so with a huge number.
    if (used === null || limit === null || limit >= this.figures.totalMemoryBytes()) return null;
    const cache = lineNumber((await this.figures.systemFile(group.stat)) ?? '', group.cache) ?? 0;
    return Math.max(0, used - cache) / limit;
  }

  /** Where the group of this process, version 2 or 1, has its figures. */
  private async cgroup() {
    const unified = '/sys/fs/cgroup';
    if ((await this.figures.systemFile(`${unified}/memory.max`)) !== null) return versionTwo(unified);
    const own = /^0::(\/\S*)$/m.exec((await this.figures.systemFile('/proc/self/cgroup')) ?? '')?.[1];
    if (own !== undefined && own !== '/') return versionTwo(unified + own);
    const old = `${unified}/memory`;
    return {
      usage: `${old}/memory.usage_in_bytes`,
      limit: `${old}/memory.limit_in_bytes`,
      stat: `${old}/memory.stat`,
      cache: 'total_inactive_file',
    };
  }
}

function versionTwo(folder: string) {
  return {
    usage: `${folder}/memory.current`,
    limit: `${folder}/memory.max`,
    stat: `${folder}/memory.stat`,
    cache: 'inactive_file',
  };
}

function kilobytes(text: string, name: string): number | null {
  const found = new RegExp(`^${name}: +(\\d+) kB$`, 'm').exec(text)?.[1];
  return found === undefined ? null : Number(found) * 1024;
}

function lineNumber(text: string, name: string): number | null {
  const found = new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1];
  return found === undefined ? null : Number(found);
}

/** Null for `max`, which is no limit. */
function wholeNumber(text: string | null): number | null {
  return text !== null && /^\d+\s*$/.test(text) ? Number(text) : null;
}

function clamped(percent: number): number {
  return Math.min(100, Math.max(0, percent));
}
