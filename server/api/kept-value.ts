import type { Clock } from '../../shared/clock.js';

/**
 * A value that is costly to make, made at most once in `keepUs` microseconds however many ask; they share what is being
 * made. A failure is told to those who wait for it, and not kept.
 */
export class KeptValue<T> {
  private kept: { readonly value: Promise<T>; readonly madeUs: number } | null = null;

  constructor(
    private readonly clock: Clock,
    private readonly keepUs: number,
    private readonly make: () => Promise<T>,
  ) {}

  /** The value, no older than `keepUs` or still being made. */
  async get(): Promise<T> {
    const nowUs = this.clock.nowUs();
    if (this.kept && nowUs - this.kept.madeUs < this.keepUs) return this.kept.value;
    const kept = { value: this.make(), madeUs: nowUs };
    this.kept = kept;
    try {
      return await kept.value;
    } catch (error) {
      if (this.kept === kept) this.kept = null;
      throw error;
    }
  }
}
