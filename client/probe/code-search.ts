import { TimecodeReader } from '../../shared/timecode/timecode-reader.js';
import type { Timecode } from '../../shared/timecode/timecode.js';
import type { GreyPicture } from './pgm-picture.js';

/** After so many pictures without a code the video has probably none. */
const PATIENCE = 50;
/** Then one picture of so many is looked at: to search all of a picture takes two milliseconds. */
const EVERY = 10;

/** Reads the time codes of the pictures of one path, and spends little time on a path without any. */
export class CodeSearch {
  private readonly reader = new TimecodeReader();
  private withoutCode = 0;

  /** The code that a picture shows; null where there is none, or nobody looked. */
  read({ data, width, height }: GreyPicture): Timecode | null {
    this.withoutCode += 1;
    if (this.withoutCode > PATIENCE && this.withoutCode % EVERY !== 0) return null;
    const code = this.reader.read(data, width, height);
    if (code) this.withoutCode = 0;
    return code;
  }
}
