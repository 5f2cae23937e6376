/** Samples of a run without an end: when there are too many every other one goes, and from then on every other comes. */
export class KeptSamples<T> {
  private kept: T[] = [];
  private every = 1;
  private seen = 0;

  constructor(private readonly most = 600) {}

  add(sample: T): void {
    if (this.seen++ % this.every !== 0) return;
    this.kept.push(sample);
    if (this.kept.length <= this.most) return;
    this.kept = this.kept.filter((_, i) => i % 2 === 0);
    this.every *= 2;
  }

  all(): T[] {
    return [...this.kept];
  }

  clear(): void {
    this.kept = [];
    this.every = 1;
    this.seen = 0;
  }
}
