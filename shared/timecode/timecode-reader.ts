import { readCells } from './code-cells.js';
import { pictureOf } from './picture.js';
import type { Picture } from './picture.js';
import { placeAfter } from './timecode-layout.js';
import type { Place } from './timecode-layout.js';
import { findPlaces } from './timecode-search.js';
import type { Timecode } from './timecode.js';

const NOMINAL_PLACE = placeAfter({ left: 0, right: 0, top: 0, bottom: 0 });

/**
 * Reads the time codes of the pictures of one video. It looks where it found the last one first, then where the code is
 * in an uncropped picture, and searches only then. docs/timecode.md says how.
 */
export class TimecodeReader {
  private place: Place = NOMINAL_PLACE;

  /**
   * The time code that a picture shows, or null where there is none or it cannot be read. The picture may have been
   * scaled and up to 5 % of each side cropped.
   *
   * @param data grey, RGB24 or RGBA, as its length says; of colours only green is looked at
   */
  read(data: Uint8Array | Uint8ClampedArray, width: number, height: number): Timecode | null {
    const picture = pictureOf(data, width, height);
    if (picture === null) return null;
    return (
      this.readAtAny(picture, new Set([this.place, NOMINAL_PLACE])) ?? this.readAtAny(picture, findPlaces(picture))
    );
  }

  private readAtAny(picture: Picture, places: Iterable<Place>): Timecode | null {
    for (const place of places) {
      const timecode = readCells(picture, place);
      if (timecode === null) continue;
      this.place = place;
      return timecode;
    }
    return null;
  }
}

/** The time code of a single picture; for those of a video a {@link TimecodeReader} takes less time. */
export function readTimecode(data: Uint8Array | Uint8ClampedArray, width: number, height: number): Timecode | null {
  return new TimecodeReader().read(data, width, height);
}
