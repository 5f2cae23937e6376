/** A place in the order of frames, from `first` to `last`; settled by exactly one call. */
export interface Place {
  settle(emit: (() => void) | null): void;
}

interface Entry {
  isSettled: boolean;
  isForgotten: boolean;
  emit: (() => void) | null;
}

/** Lets what was finished in any order come out in the order in which it came in. */
export class InOrder {
  private readonly entries: Entry[] = [];
  private readonly idleWaiters: (() => void)[] = [];

  /** Takes the next place; `settle` says what happens in its turn, null for nothing. */
  next(): Place {
    const entry: Entry = { isSettled: false, isForgotten: false, emit: null };
    this.entries.push(entry);
    return {
      settle: (emit) => {
        entry.isSettled = true;
        if (!entry.isForgotten) entry.emit = emit;
        this.flush();
      },
    };
  }

  /** Nothing comes of the places taken so far, when their turn is there. */
  forget(): void {
    for (const entry of this.entries) {
      entry.isForgotten = true;
      entry.emit = null;
    }
  }

  /** Resolves when every place that was taken has had its turn. */
  whenIdle(): Promise<void> {
    if (this.entries.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.idleWaiters.push(resolve));
  }

  private flush(): void {
    while (this.entries[0]?.isSettled) this.entries.shift()?.emit?.();
    if (this.entries.length === 0) for (const resolve of this.idleWaiters.splice(0)) resolve();
  }
}
