/** When each frame of a run reached the first and the last client of one process; index 0 stands for `base`. */
export interface Arrivals {
  readonly base: number;
  /** Microseconds of the clock that all processes of the machine share. */
  readonly firstUs: Float64Array;
  readonly lastUs: Float64Array;
  readonly clients: Uint32Array;
}

/** Notes when frames arrive at the clients of this process. */
export class ArrivalLog {
  private base: number | null = null;
  private readonly firstUs: number[] = [];
  private readonly lastUs: number[] = [];
  private readonly clients: number[] = [];

  /** The frame `sequence` reached one more client at `atUs`. */
  note(sequence: number, atUs: number): void {
    this.base ??= sequence;
    const index = sequence - this.base;
    // A client may still get the frame before the one that came first of all: it is not complete anyway.
    if (index < 0) return;
    this.firstUs[index] = Math.min(this.firstUs[index] ?? Infinity, atUs);
    this.lastUs[index] = Math.max(this.lastUs[index] ?? -Infinity, atUs);
    this.clients[index] = (this.clients[index] ?? 0) + 1;
  }

  arrivals(): Arrivals {
    return {
      base: this.base ?? 0,
      firstUs: Float64Array.from(this.firstUs),
      lastUs: Float64Array.from(this.lastUs),
      clients: Uint32Array.from(this.clients),
    };
  }
}

/**
 * Time in microseconds from the first to the last client, for each frame that reached all `clients`. `parts` are what
 * several processes saw of the same frames.
 */
export function spreadsUs(parts: readonly Arrivals[], clients: number): number[] {
  const frames = new Map<number, { firstUs: number; lastUs: number; clients: number }>();
  for (const part of parts) {
    part.clients.forEach((count, index) => {
      const frame = frames.get(part.base + index) ?? { firstUs: Infinity, lastUs: -Infinity, clients: 0 };
      frame.firstUs = Math.min(frame.firstUs, part.firstUs[index] ?? Infinity);
      frame.lastUs = Math.max(frame.lastUs, part.lastUs[index] ?? -Infinity);
      frame.clients += count;
      frames.set(part.base + index, frame);
    });
  }
  return [...frames.values()].filter((frame) => frame.clients === clients).map((frame) => frame.lastUs - frame.firstUs);
}
