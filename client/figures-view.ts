import type { EncodedHistograms, Snapshot } from './metrics/snapshot.js';

/** Something that shows figures while they come in. */
export interface FiguresView {
  render(snapshot: Snapshot): void;
  /** Gives back what it took, such as the terminal. */
  close(): void;
}

/** Where figures come from: a measurement of our server, or a probe. */
export interface FiguresSource {
  /** Everything measured up to now. */
  snapshot(): Snapshot;
  /** The latencies of each stream in full, by its name. */
  histograms(): ReadonlyMap<string, EncodedHistograms>;
  /** Starts all figures over. */
  reset(): void;
  /** The newest JPEG of a stream, null while there is none; absent where there never is one. */
  latestJpeg?(streamId: number): Buffer | null;
}
