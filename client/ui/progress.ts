/** What a run shows while it goes on: plain data, drawn on a full screen or printed as lines. */
export interface ProgressPage {
  /** Such as `streamer-client load`. */
  readonly title: string;
  /** What it is doing now: `ramp: 120 of 500 sessions`. */
  readonly phase: string;
  readonly elapsedMs: number;
  /** When the phase will be over, since the same beginning; null where nobody knows. */
  readonly endsAtMs: number | null;
  /** The figures that count, most important first; at most ten are shown. */
  readonly figures: readonly {
    readonly label: string;
    readonly value: string;
    readonly tone?: 'good' | 'warning' | 'bad';
  }[];
  /** Drawn as lines over the last minutes; the newest value last, null is a gap. At most two. */
  readonly charts: readonly {
    readonly label: string;
    readonly unit: 'us' | 'frames/s' | 'percent';
    readonly values: readonly (number | null)[];
  }[];
  /** A row for each target, camera, device or step; scrolled where it does not fit. Null where there is none. */
  readonly table: {
    readonly columns: readonly { readonly label: string; readonly align: 'left' | 'right' }[];
    readonly rows: readonly (readonly string[])[];
    /** What the rows are, in the plural, for the caption: `targets`. */
    readonly rowsAre?: string;
  } | null;
  /** The newest sentence about something that went wrong or changed; null for none. */
  readonly notice: string | null;
}

/** Something that shows it: a full screen, or lines where there is no terminal. */
export interface ProgressView {
  /** May be called as often as there is something new; it is drawn when it is due. */
  render(page: ProgressPage): void;
  /** A sentence that must not be lost; lines keep it, a screen shows it for some seconds. */
  say(sentence: string): void;
  /** Gives back what it took, such as the terminal. Idempotent. */
  close(): void;
}
