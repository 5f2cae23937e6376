/** Pixels of each character, five rows of three (`#` set); unknown characters come out blank. */
const FONT: Readonly<Record<string, string>> = {
  '0': '###|# #|# #|# #|###',
  '1': ' # |## | # | # |###',
  '2': '###|  #|###|#  |###',
  '3': '###|  #| ##|  #|###',
  '4': '# #|# #|###|  #|  #',
  '5': '###|#  |###|  #|###',
  '6': '###|#  |###|# #|###',
  '7': '###|  #|  #|  #|  #',
  '8': '###|# #|###|# #|###',
  '9': '###|# #|###|  #|###',
  '.': ' | | | |#',
  '-': '   |   |###|   |   ',
  '±': ' # |###| # |   |###',
  ' ': '  |  |  |  |  ',
  d: '  #|  #|###|# #|###',
  h: '#  |#  |###|# #|# #',
  m: '     |     |#### |# # #|# # #',
  s: '   | ##|#  | ##|## ',
  µ: '   |# #|# #|###|#  ',
};

const PIXEL_ROWS = 5;

/** `text` in digits three cells high, two pixels to a cell, as three lines of equal width. */
export function bigText(text: string): string[] {
  const rows = Array.from({ length: PIXEL_ROWS + 1 }, (_, row) =>
    [...text].map((character) => (FONT[character] ?? FONT[' '] ?? '').split('|')[row] ?? '').join(' '),
  );
  const width = Math.max(...rows.map((row) => row.length));
  const pixels = rows.map((row) => row.padEnd(width));
  return [0, 2, 4].map((top) =>
    [...(pixels[top] ?? '')].map((upper, column) => halfBlock(upper, pixels[top + 1]?.[column] ?? ' ')).join(''),
  );
}

function halfBlock(upper: string, lower: string): string {
  if (upper === '#') return lower === '#' ? '█' : '▀';
  return lower === '#' ? '▄' : ' ';
}
