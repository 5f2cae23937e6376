/** The video of a segment while it is written: Matroska or MP4. */
export interface VideoFile {
  /** Length of the file, as far as is known. */
  readonly bytes: number;
  /**
   * Adds a frame at `timeUs` microseconds from the first, never less than the one before; resolves when it was taken, one
   * at a time. Rejects with the error of the system, or FFMPEG_FAILED; then nothing but `finish` may be called.
   */
  add(timeUs: number, jpeg: Buffer): Promise<void>;
  /** Brings `bytes` up to date. */
  measure(): Promise<void>;
  /** Completes and closes it; what was added before a failure is left so that it plays. Rejects as `add` does. */
  finish(): Promise<void>;
}
