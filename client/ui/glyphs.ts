/**
 * The characters a terminal can show. `vertical` and `horizontal` go from empty to full, bottom to top and left to
 * right, in equal steps.
 */
export interface Glyphs {
  readonly vertical: readonly string[];
  readonly horizontal: readonly string[];
  /** Where p99 is, over a bar of p50. */
  readonly mark: string;
  /** At the end of a bar or mark that goes on beyond the panel. */
  readonly beyond: string;
  readonly ellipsis: string;
  /** Whether the eight dots of a Braille cell can be used to draw lines. */
  readonly braille: boolean;
  /** Replaces what the terminal cannot show by what it can, cell by cell. */
  readonly translate: (text: string) => string;
}

export type GlyphSet = 'braille' | 'blocks' | 'ascii';

/**
 * `braille` for a terminal emulator with a Unicode font, `blocks` for the Linux console, whose fonts of 256 or 512
 * characters hold the half blocks only, `ascii` where nothing is sure. (`±` is safe even there: the VT100 has it.)
 */
export const GLYPHS: Readonly<Record<GlyphSet, Glyphs>> = {
  braille: {
    vertical: [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
    horizontal: [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'],
    mark: '│',
    beyond: '›',
    ellipsis: '…',
    braille: true,
    translate: (text) => text,
  },
  blocks: {
    vertical: [' ', '▄', '█'],
    horizontal: [' ', '▌', '█'],
    mark: '│',
    beyond: '>',
    ellipsis: '~',
    braille: false,
    translate: (text) => text,
  },
  ascii: {
    vertical: [' ', '.', ':', '#'],
    horizontal: [' ', '#'],
    mark: '|',
    beyond: '>',
    ellipsis: '~',
    braille: false,
    translate: (text) => text.replaceAll('µ', 'u'),
  },
};
