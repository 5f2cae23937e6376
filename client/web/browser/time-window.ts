interface Entry<T> {
  readonly atUs: number;
  readonly item: T;
}

/** Entries beyond this make the oldest fall out, so that memory is bounded whatever a server sends. */
const MAX_ENTRIES = 10_000;

/** What happened in the last `spanUs` microseconds. */
export class TimeWindow<T> {
  private entries: Entry<T>[] = [];

  constructor(private readonly spanUs: number) {}

  /** Adds what happened at `atUs`, not before anything that was added earlier. */
  add(atUs: number, item: T): void {
    this.entries.push({ atUs, item });
    // Half of it at once, since each removal from the front moves all that follow.
    if (this.entries.length > 2 * MAX_ENTRIES) this.entries = this.entries.slice(-MAX_ENTRIES);
  }

  /** What happened since `spanUs` before `nowUs`, oldest first; what is older is forgotten. */
  recent(nowUs: number): readonly T[] {
    const firstRecent = this.entries.findIndex(({ atUs }) => atUs > nowUs - this.spanUs);
    this.entries.splice(0, firstRecent < 0 ? this.entries.length : firstRecent);
    return this.entries.map(({ item }) => item);
  }
}
