/** Whether a JPEG has both its ends (the markers SOI and EOI of ITU-T T.81), which a cut one has not. */
export function isWholeJpeg(jpeg: Uint8Array): boolean {
  const { length } = jpeg;
  return length >= 4 && jpeg[0] === 0xff && jpeg[1] === 0xd8 && jpeg[length - 2] === 0xff && jpeg[length - 1] === 0xd9;
}
