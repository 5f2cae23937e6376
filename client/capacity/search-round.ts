import { SearchEnded, resolutionAt } from './search-plan.js';
import type { Measure, Phase, RoundResult, SearchPlan, StepState } from './search-plan.js';

/** After so many soaks with another size confirmed above, the limit moves faster than it can be followed. */
const MAX_SOAKS = 4;

/** One round of a search: from a first guess to a size that lasts while the next one fails. */
export class SearchRound {
  /** The largest size that held, with nothing below it broken since. */
  private holds: number;
  /** The smallest that broke. */
  private breaks: number | null;
  /** Once something held in a short step and broke in a long one, short ones prove nothing. */
  private isPatient = false;

  /** @param before what the round before found; null for the first one, which begins with `plan.start` */
  constructor(
    private readonly plan: SearchPlan,
    private readonly measure: Measure,
    private readonly round: number,
    private readonly before: RoundResult | null,
  ) {
    this.holds = before?.holds ?? 0;
    this.breaks = before?.breaks ?? null;
  }

  /** What is known now, also when the round broke off. */
  get result(): RoundResult {
    return { holds: this.holds, breaks: this.breaks };
  }

  /** @throws {SearchEnded} when a step leaves nothing to find out */
  async run(): Promise<void> {
    if (this.before === null) await this.ramp();
    for (let soaks = 0; soaks < MAX_SOAKS; soaks++) {
      if (!(await this.tries(this.holds, 'soak'))) await this.descend();
      if (this.breaks === null || !(await this.tries(this.breaks, 'confirm'))) return;
      await this.climb();
    }
  }

  /** Doubles the size until it breaks, then narrows that down. */
  private async ramp(): Promise<void> {
    const { start, max } = this.plan;
    let size = Math.min(start, max);
    while ((await this.tries(size, 'ramp')) && size < max) size = Math.min(max, size * 2);
    await this.narrow('bisect');
  }

  /** What broke held a moment ago: goes up by growing steps until it breaks again. */
  private async climb(): Promise<void> {
    let width = resolutionAt(this.plan, this.holds);
    while (this.breaks === null && this.holds < this.plan.max) {
      await this.tries(Math.min(this.plan.max, this.holds + width), 'ramp');
      width *= 2;
    }
    await this.narrow('bisect');
  }

  /** What held before does not last: goes down by growing steps until something does. */
  private async descend(): Promise<void> {
    this.isPatient = true;
    let width = resolutionAt(this.plan, this.breaks ?? 0);
    while (this.holds === 0 && (this.breaks ?? 0) > 1) {
      const size = Math.max(1, (this.breaks ?? 0) - width);
      await this.tries(size, 'soak');
      width *= 2;
    }
    await this.narrow('soak');
  }

  /** Halves the distance between what holds and what breaks. */
  private async narrow(phase: Phase): Promise<void> {
    while (this.breaks !== null && this.breaks - this.holds > resolutionAt(this.plan, this.holds)) {
      await this.tries(Math.floor((this.holds + this.breaks) / 2), phase);
    }
  }

  /** Whether `size` holds. What is known follows the newest answer. */
  private async tries(size: number, phase: Phase): Promise<boolean> {
    // Nobody can break anything.
    if (size === 0) return true;
    const holds = await this.holdsAt(size, phase);
    if (holds) {
      this.holds = Math.max(this.holds, size);
      if (this.breaks !== null && this.breaks <= size) this.breaks = null;
    } else {
      this.breaks = Math.min(this.breaks ?? size, size);
      if (this.holds >= size) this.holds = 0;
    }
    return holds;
  }

  /** One answer that it holds is enough; that it breaks, or that the generator was too slow, has to be said twice. */
  private async holdsAt(size: number, phase: Phase): Promise<boolean> {
    const isLong = this.isPatient || phase === 'soak';
    const said: StepState[] = [];
    for (let attempt = 1; ; attempt++) {
      const state = await this.measure({ size, phase, round: this.round, isLong, attempt });
      if (state === 'holds') return true;
      if (state === 'broken' && said.includes('broken')) return false;
      if (state !== 'broken' && (state !== 'generator' || said.includes('generator'))) throw new SearchEnded(state);
      said.push(state);
    }
  }
}
