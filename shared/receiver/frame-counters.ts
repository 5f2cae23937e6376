/**
 * What came and what did not. `corrupt` frames are among the `received`, `kept` ones are not; `bytes` are those of whole
 * FRAME messages, kept frames too.
 */
export interface FrameCounts {
  readonly received: number;
  readonly lost: number;
  readonly skipped: number;
  readonly corrupt: number;
  readonly kept: number;
  readonly bytes: number;
}

/** Counts of a stream, since the run began and since the last report to the server. */
export class FrameCounters {
  private sinceStart = emptyCounts();
  private sinceReport = emptyCounts();

  onFrame(bytes: number, lost: number, skipped: number): void {
    addFrame(this.sinceStart, bytes, lost, skipped);
    addFrame(this.sinceReport, bytes, lost, skipped);
  }

  /** A frame of the past came, which only costs its bytes. */
  onKept(bytes: number): void {
    for (const counts of [this.sinceStart, this.sinceReport]) {
      counts.kept += 1;
      counts.bytes += bytes;
    }
  }

  onCorrupt(): void {
    this.sinceStart.corrupt += 1;
    this.sinceReport.corrupt += 1;
  }

  /** Counts since the start or the last reset. */
  get total(): FrameCounts {
    return this.sinceStart;
  }

  /** Counts since the last call. A reset does not touch them: what the server is told is not for people at the screen. */
  takeReport(): FrameCounts {
    const counts = this.sinceReport;
    this.sinceReport = emptyCounts();
    return counts;
  }

  reset(): void {
    this.sinceStart = emptyCounts();
  }
}

type Counts = { -readonly [K in keyof FrameCounts]: FrameCounts[K] };

function addFrame(counts: Counts, bytes: number, lost: number, skipped: number): void {
  counts.received += 1;
  counts.bytes += bytes;
  counts.lost += lost;
  counts.skipped += skipped;
}

function emptyCounts(): Counts {
  return { received: 0, lost: 0, skipped: 0, corrupt: 0, kept: 0, bytes: 0 };
}
