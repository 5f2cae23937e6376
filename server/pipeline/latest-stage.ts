/**
 * A step of a pipeline that works on at most `parallel` items at once. One more may wait, and a newer one replaces it,
 * so a slow step costs items and never makes them old.
 */
export class LatestStage<T> {
  private running = 0;
  private waiting: T | null = null;

  /**
   * @param work must not reject; resolves to what is done with the result once its place is free, since letting go of a
   * buffer can bring in the next item at once
   * @param onReplaced told of an item that gave up its place
   */
  constructor(
    private readonly parallel: number,
    private readonly work: (item: T) => Promise<() => void>,
    private readonly onReplaced: (item: T) => void,
  ) {}

  accept(item: T): void {
    if (this.running < this.parallel) {
      void this.run(item);
      return;
    }
    const replaced = this.waiting;
    // Before the old item is let go, because its buffer can bring the next one in here at once.
    this.waiting = item;
    if (replaced !== null) this.onReplaced(replaced);
  }

  private async run(item: T): Promise<void> {
    this.running += 1;
    const finish = await this.work(item);
    this.running -= 1;
    const next = this.waiting;
    this.waiting = null;
    if (next !== null) void this.run(next);
    finish();
  }
}
