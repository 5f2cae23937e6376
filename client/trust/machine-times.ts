/** What the cores of a machine have done so far, added up, in ticks; differences count. */
export interface MachineTimes {
  readonly busy: number;
  /** Taken by the hypervisor for others. */
  readonly stolen: number;
  readonly all: number;
}

/**
 * Reads the first line of /proc/stat (proc(5)): user, nice, system, idle, iowait, irq, softirq, steal. What guests of this
 * machine use is in user already. Null for a text without it, as elsewhere than on Linux.
 */
export function machineTimes(stat: string | null): MachineTimes | null {
  const numbers =
    /^cpu +([\d ]+)$/m
      .exec(stat ?? '')?.[1]
      ?.split(' ')
      .slice(0, 8)
      .map(Number) ?? [];
  const [user, nice, system, idle, waiting, irq, softIrq, stolen] = numbers;
  if (user === undefined || nice === undefined || system === undefined || idle === undefined) return null;
  const busy = user + nice + system + (irq ?? 0) + (softIrq ?? 0);
  return { busy, stolen: stolen ?? 0, all: busy + idle + (waiting ?? 0) + (stolen ?? 0) };
}

/** Shares of all cores between two readings, in percent; null where one is missing, or no time passed. */
export function machinePercents(
  before: MachineTimes | null,
  after: MachineTimes | null,
): { readonly busy: number; readonly stolen: number } | null {
  if (before === null || after === null || after.all <= before.all) return null;
  const percent = (ticks: number) => Math.min(100, Math.max(0, (ticks / (after.all - before.all)) * 100));
  return { busy: percent(after.busy - before.busy), stolen: percent(after.stolen - before.stolen) };
}
