/** What a timecode in the pixels says. */
export interface Timecode {
  /**
   * `capture`: `timeUs` is microseconds since the epoch, when the picture was captured. `media`: it is the place of the
   * picture in its video, from 0 at the first; a video that was made beforehand cannot know when it will be played.
   */
  readonly kind: 'capture' | 'media';
  readonly timeUs: number;
  /** The number of the picture in its stream, modulo 2^16. */
  readonly counter: number;
}
