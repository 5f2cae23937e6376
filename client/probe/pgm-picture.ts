/** A grey picture, one byte a pixel. */
export interface GreyPicture {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

const HEADER = /^P5\n(\d{1,5}) (\d{1,5})\n255\n/;
/** `P5\n99999 99999\n255\n`. */
const MAX_HEADER_BYTES = 19;

/**
 * The picture in a PGM file (netpbm.sourceforge.net/doc/pgm.html), in the memory of the file.
 *
 * @throws {RangeError} when it is none, or is cut short
 */
export function readPgm(file: Buffer): GreyPicture {
  const [header = '', width = 0, height = 0] = HEADER.exec(file.toString('latin1', 0, MAX_HEADER_BYTES)) ?? [];
  const [columns, rows] = [Number(width), Number(height)];
  const data = file.subarray(header.length);
  if (columns === 0 || rows === 0 || data.length !== columns * rows) throw new RangeError('it is no PGM');
  return { data, width: columns, height: rows };
}
