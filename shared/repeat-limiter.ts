import type { Clock } from './clock.js';

/** How often a repeating condition may be written, and how many conditions are told apart. */
export interface RepeatLimits {
  readonly intervalUs: number;
  readonly maxKeys: number;
}

const DEFAULT_LIMITS: RepeatLimits = { intervalUs: 1_000_000, maxKeys: 64 };

/** Stands for every key that does not fit any more; no caller uses the empty key. */
const OVERFLOW_KEY = '';

interface Condition {
  writtenUs: number;
  suppressed: number;
}

/**
 * Keeps a condition that repeats (a bad token, a dropped frame) from filling the log: at most one line an interval for
 * each key, and the next line says how many were left out. Memory and lines stay bounded whatever the keys are: when
 * `maxKeys` conditions are active, all further ones share one line an interval. A condition that was quiet for longer
 * than the others is forgotten when its place is needed, with its count.
 */
export class RepeatLimiter {
  /** Ordered by `writtenUs`, oldest first: a condition goes to the end when it is written. */
  private readonly conditions = new Map<string, Condition>();
  private readonly limits: RepeatLimits;

  constructor(
    private readonly clock: Clock,
    limits: Partial<RepeatLimits> = {},
  ) {
    this.limits = { ...DEFAULT_LIMITS, ...limits };
  }

  /** Number of conditions remembered. */
  get size(): number {
    return this.conditions.size;
  }

  /**
   * Calls `write` unless `key` was written less than an interval ago; `suppressed` is the number of calls left out
   * since then.
   */
  run(key: string, write: (suppressed: number) => void): void {
    const nowUs = this.clock.nowUs();
    const slot = this.slotFor(key, nowUs);
    const condition = this.conditions.get(slot);
    if (condition && nowUs - condition.writtenUs < this.limits.intervalUs) {
      condition.suppressed += 1;
      return;
    }
    this.conditions.delete(slot);
    this.conditions.set(slot, { writtenUs: nowUs, suppressed: 0 });
    write(condition?.suppressed ?? 0);
  }

  private slotFor(key: string, nowUs: number): string {
    if (this.conditions.has(key) || this.conditions.size < this.limits.maxKeys) return key;
    const [oldestKey, oldest] = this.conditions.entries().next().value ?? [OVERFLOW_KEY];
    const isQuiet = oldest !== undefined && nowUs - oldest.writtenUs >= this.limits.intervalUs;
    if (oldestKey === OVERFLOW_KEY || !isQuiet) return OVERFLOW_KEY;
    this.conditions.delete(oldestKey);
    return key;
  }
}
