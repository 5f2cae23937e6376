/** Steps that are looked at, and how many make a figure. */
const KEPT = 31;
const LEAST = 5;
/** The median changes slowly, so it is not looked for with every picture. */
const EVERY = 8;
/** So many steps that are alike, and unlike the period, are another rate; one that is lost now and then makes no three. */
const OF_ANOTHER_RATE = 3;
const ALIKE = 1.1;
const UNLIKE = 1.5;

/**
 * The time from picture to picture in microseconds: the median of the last steps of the sender's time line, or of the
 * arrivals on a path without one. What a path says of its rate counts only until then: players that thin out, and servers
 * that do not know, make it wrong.
 */
export class FramePeriod {
  private nominalUs: number | null = null;
  private learnedUs: number | null = null;
  private steps: number[] = [];
  private seen = 0;

  get us(): number | null {
    return this.learnedUs ?? this.nominalUs;
  }

  onNominal(fps: number | null): void {
    this.nominalUs = fps !== null && fps > 0 ? 1e6 / fps : null;
  }

  /** Takes a step of the time line, where three tell of another rate; true when they did. */
  onMediaStep(stepUs: number): boolean {
    this.onStep(stepUs);
    const newest = this.steps.slice(-OF_ANOTHER_RATE);
    const [least, most] = [Math.min(...newest), Math.max(...newest)];
    const isOther = this.us !== null && (least >= UNLIKE * this.us || most * UNLIKE <= this.us);
    if (newest.length < OF_ANOTHER_RATE || most > ALIKE * least || !isOther) return false;
    this.steps = newest;
    this.learnedUs = medianOf(newest);
    return true;
  }

  /** Takes the time from one picture to the next; one that is no step forward says nothing. */
  onStep(stepUs: number): void {
    if (stepUs <= 0) return;
    this.steps.push(stepUs);
    if (this.steps.length > KEPT) this.steps.shift();
    this.seen += 1;
    if (this.seen === LEAST || this.seen % EVERY === 0) this.learnedUs = medianOf(this.steps);
  }
}

function medianOf(values: readonly number[]): number | null {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? null;
}
