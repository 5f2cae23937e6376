import { Marker, findMarker } from './jpeg-markers.js';

/** The picture is not complete yet. */
export const MORE = -1;
/** What came is no picture, or another one begins before it was complete. */
export const BROKEN = -2;

const CODE_BYTES = 2;
const LENGTH_BYTES = 2;

/**
 * Finds the end of a JPEG while it comes in. It follows the lengths of the segments, so that a thumbnail inside of one
 * ends nothing, and looks at each byte of coded data once.
 */
export class JpegScanner {
  private position = 0;

  /** Where it stands, in bytes from the picture's start; after BROKEN where the next picture may begin. */
  get positionBytes(): number {
    return this.position;
  }

  /** Forgets the picture; the next `scan` is about another one. */
  reset(): void {
    this.position = 0;
  }

  /**
   * Goes on with `picture`, which holds all that came of it so far, from its first byte on. Returns its length in bytes
   * when its end has come, whatever follows; else MORE, or BROKEN, and then for ever.
   */
  scan(picture: Buffer): number {
    if (this.position === 0) {
      if (picture.length < CODE_BYTES) return MORE;
      if (!startsWithSoi(picture)) return BROKEN;
      this.position = CODE_BYTES;
    }
    for (;;) {
      this.position = findMarker(picture, this.position);
      if (this.position + CODE_BYTES > picture.length) return MORE;
      const code = picture.readUInt8(this.position + 1);
      if (code === Marker.EOI) return this.position + CODE_BYTES;
      if (code === Marker.SOI) return BROKEN;
      const lengthAt = this.position + CODE_BYTES;
      if (lengthAt + LENGTH_BYTES > picture.length) return MORE;
      this.position = lengthAt + picture.readUInt16BE(lengthAt);
    }
  }
}

/** Whether the bytes begin with the marker that every JPEG begins with. */
export function startsWithSoi(bytes: Buffer): boolean {
  return bytes[0] === 0xff && bytes[1] === Marker.SOI;
}
