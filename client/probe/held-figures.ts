/** More pictures than ever come at once; beyond that the oldest counts. */
const MAX_HELD = 100;

/**
 * Holds figures of pictures back until a picture comes at least half a period later: those that the end of a path pushed
 * out come all at once, and nothing comes after them. All times are microseconds.
 */
export class HeldFigures<T> {
  private readonly held: { readonly figure: T; readonly arrivalTimeUs: number }[] = [];

  /** @param count takes a figure that counts, in the order in which they came */
  constructor(private readonly count: (figure: T) => void) {}

  hold(figure: T, arrivalTimeUs: number): void {
    this.held.push({ figure, arrivalTimeUs });
    if (this.held.length > MAX_HELD) this.release();
  }

  /** A picture came; `periodUs` is null while nobody knows the rate. */
  onPicture(arrivalTimeUs: number, periodUs: number | null): void {
    const untilUs = arrivalTimeUs - (periodUs ?? 0) / 2;
    while (this.held[0] && this.held[0].arrivalTimeUs <= untilUs) this.release();
  }

  clear(): void {
    this.held.length = 0;
  }

  private release(): void {
    const next = this.held.shift();
    if (next) this.count(next.figure);
  }
}
