import { GLYPH_ADVANCE, GLYPH_HEIGHT, GLYPH_WIDTH, glyphRows } from '../../server/drawing/bitmap-font.js';
import { COUNTER, counterText, SAMPLE } from '../../server/sample/picture.js';

const DIGITS = [...'0123456789'].map((digit) => glyphRows(digit).join());
const FIRST_DIGIT = counterText(0).indexOf('0');

/**
 * Reads the frame number out of a picture of the sample video (RGB24, scaled or not), or undefined where the digits
 * cannot be recognised. JPEG and H.264 do not change it: each dot is judged by the brightness of its middle.
 */
export function readCounter(rgb: Uint8Array, width: number, height: number): number | undefined {
  const digits = [0, 1, 2].map((place) => DIGITS.indexOf(glyphAt(FIRST_DIGIT + place).join()));
  return digits.includes(-1) ? undefined : Number(digits.join(''));

  function glyphAt(place: number): number[] {
    return Array.from({ length: GLYPH_HEIGHT }, (_, row) => {
      let bits = 0;
      for (let column = 0; column < GLYPH_WIDTH; column += 1) {
        bits = bits * 2 + (isLit(place * GLYPH_ADVANCE + column, row) ? 1 : 0);
      }
      return bits;
    });
  }

  function isLit(column: number, row: number): boolean {
    const x = Math.floor(((COUNTER.x + (column + 0.5) * COUNTER.scale) * width) / SAMPLE.width);
    const y = Math.floor(((COUNTER.y + (row + 0.5) * COUNTER.scale) * height) / SAMPLE.height);
    return (rgb[(y * width + x) * 3 + 1] ?? 0) > 128;
  }
}
