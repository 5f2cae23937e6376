/** A span of our clock. */
export interface Span {
  readonly fromUs: number;
  readonly toUs: number;
}

/** How long something that comes and goes lasted inside a window. Times are microseconds of our clock. */
export class WindowTime {
  private sinceUs: number | null = null;
  private sumUs = 0;

  /** Whether it lasts now. */
  get goesOn(): boolean {
    return this.sinceUs !== null;
  }

  /** It began, if it did not last already. */
  begin(nowUs: number): void {
    this.sinceUs ??= nowUs;
  }

  /** It is over; what of it lies in `window` counts. */
  end(nowUs: number, window: Span | null): void {
    this.sumUs = this.totalUs(nowUs, window);
    this.sinceUs = null;
  }

  /** All up to `nowUs`, that which lasts still with it. */
  totalUs(nowUs: number, window: Span | null): number {
    if (this.sinceUs === null || window === null) return this.sumUs;
    const overlapUs = Math.min(nowUs, window.toUs) - Math.max(this.sinceUs, window.fromUs);
    return this.sumUs + Math.max(0, overlapUs);
  }

  /** Another window: what was counted is forgotten. */
  restart(): void {
    this.sumUs = 0;
  }
}
