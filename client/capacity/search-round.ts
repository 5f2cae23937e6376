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
  /** The smallest that this generator is too slow for; a smaller one may break all the same, so the search goes on below. */
  private blindAt: number | null = null;
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
      this.checkSight();
      if (this.breaks === null) return;
      const holdsAbove = await this.tries(this.breaks, 'confirm');
      this.checkSight();
      if (!holdsAbove) return;
      await this.climb();
    }
  }

  /** Where the first thing above that does not hold is the generator itself, no limit of the system can be confirmed. */
  private checkSight(): void {
    if (this.blindAt !== null && this.blindAt <= (this.breaks ?? Infinity)) throw new SearchEnded('generator');
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
    while (this.top === null && this.holds < this.plan.max) {
      await this.tries(Math.min(this.plan.max, this.holds + width), 'ramp');
      width *= 2;
    }
    await this.narrow('bisect');
  }

  /** What held before does not last: goes down by growing steps until something does. */
  private async descend(): Promise<void> {
    this.isPatient = true;
    let width = resolutionAt(this.plan, this.top ?? 0);
    for (let top = this.top ?? 0; this.holds === 0 && top > 1; top = this.top ?? 0) {
      await this.tries(Math.max(1, top - width), 'soak');
      width *= 2;
    }
    await this.narrow('soak');
  }

  /** Halves the distance between what holds and what breaks, or cannot be measured. */
  private async narrow(phase: Phase): Promise<void> {
    for (let top = this.top; top !== null; top = this.top) {
      if (top - this.holds <= resolutionAt(this.plan, this.holds)) return;
      await this.tries(Math.floor((this.holds + top) / 2), phase);
    }
  }

  /** The smallest that did not hold, for whatever reason. */
  private get top(): number | null {
    const top = Math.min(this.breaks ?? Infinity, this.blindAt ?? Infinity);
    return top === Infinity ? null : top;
  }

  /** Whether `size` holds. What is known follows the newest answer. */
  private async tries(size: number, phase: Phase): Promise<boolean> {
    // Nobody can break anything.
    if (size === 0) return true;
    const state = await this.stateAt(size, phase);
    if (state === 'holds') {
      this.holds = Math.max(this.holds, size);
      if (this.breaks !== null && this.breaks <= size) this.breaks = null;
      if (this.blindAt !== null && this.blindAt <= size) this.blindAt = null;
    } else if (state === 'broken') {
      this.breaks = Math.min(this.breaks ?? size, size);
    } else {
      this.blindAt = Math.min(this.blindAt ?? size, size);
    }
    // What held a moment ago and does not now proves nothing.
    if (state !== 'holds' && this.holds >= size) this.holds = 0;
    return state === 'holds';
  }

  /** One answer that it holds is enough; that it breaks, or that the generator was too slow, has to be said twice. */
  private async stateAt(size: number, phase: Phase): Promise<'holds' | 'broken' | 'generator'> {
    const isLong = this.isPatient || phase === 'soak';
    const said: StepState[] = [];
    for (let attempt = 1; ; attempt++) {
      const state = await this.measure({ size, phase, round: this.round, isLong, attempt });
      if (state === 'unknown' || state === 'stopped') throw new SearchEnded(state);
      if (state === 'holds' || said.includes(state)) return state;
      said.push(state);
    }
  }
}
