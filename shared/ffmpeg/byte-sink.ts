/**
 * Takes a child's standard output into memory of its own choice, so that the bytes are copied no further. `target` is
 * asked for right after each `filled`, even when that said to wait, and the answer is kept over the pause. None of it
 * may throw: there is nobody to catch it.
 */
export interface ByteSink {
  /** Where the next bytes go; never empty. */
  target(): Buffer;
  /** So many bytes were written at the beginning of the last target; false takes no more until `FfmpegRun.resume`. */
  filled(lengthBytes: number): boolean;
  /** Called once, after the last byte and not while it waits; also where no byte came. */
  end(): void;
}
