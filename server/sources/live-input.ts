/** What FFmpeg is to open for a live source, and how. */
export interface LiveInput {
  /**
   * A URL, or the name of a device. Credentials in it are part of FFmpeg's arguments, where other users of the machine can
   * see them (`ps`): FFmpeg takes them from nowhere else.
   */
  readonly input: string;
  /** Options before `-i`: time-outs, protocols, format. */
  readonly inputOptions: readonly string[];
  /** Taken instead from when FFmpeg could not open the input with `inputOptions`. */
  readonly fallbackInputOptions?: readonly string[];
  /** Whether FFmpeg is not started anew for a better plan, because the other end may take no second connection. */
  readonly keepsConnection?: boolean;
  /** The input as messages name it, without secrets. */
  readonly shownInput: string;
}

/** FFmpeg gives up when the other end says nothing for so long. */
export const INPUT_TIMEOUT_US = 10_000_000;

/**
 * Options of every live input. FFmpeg looks at 20 frames to learn a rate, which are most of a second, and three say
 * nearly as much; for what it still does not know then (a size, sound that is silent) it would wait 5 s. `-fflags nobuffer` is
 * not among them: it throws away what was looked at, key frame included, and the first picture comes a GOP later.
 */
export const QUICK_START: readonly string[] = ['-fpsprobesize', '3', '-analyzeduration', '1000000'];
