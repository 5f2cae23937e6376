/** What the server's memory did over the phases, in bytes; null where nobody says it. */
export interface MemoryFigures {
  readonly beforeBytes: number | null;
  /** During and after. */
  readonly mostBytes: number | null;
  readonly afterBytes: number | null;
  /** Whether it came back; null where that is not known. */
  readonly cameBack: boolean | null;
}

export type Phase = 'before' | 'during' | 'after';

/** A runtime keeps what it has freed for a while, so that so much more than before is no leak. */
const KEPT_BYTES = 64 * 1024 * 1024;
const KEPT_SHARE = 0.2;

/** Remembers what the server's memory was: last before the attack, most since, and last. */
export class MemoryTrack {
  private before: number | null = null;
  private most: number | null = null;
  private after: number | null = null;

  /** @param bytes resident at present; null where nobody says it */
  note(phase: Phase, bytes: number | null): void {
    // Who says nothing at the end may be gone: what was before that is not how it ended.
    if (phase === 'after') this.after = bytes;
    if (bytes === null) return;
    if (phase === 'before') this.before = bytes;
    else this.most = Math.max(this.most ?? 0, bytes);
  }

  figures(): MemoryFigures {
    const { before, most, after } = this;
    const isKnown = before !== null && after !== null;
    const cameBack = isKnown ? after <= before + Math.max(KEPT_BYTES, before * KEPT_SHARE) : null;
    return { beforeBytes: before, mostBytes: most, afterBytes: after, cameBack };
  }
}
