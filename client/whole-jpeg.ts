/** Whether a JPEG has both its ends (the markers SOI and EOI of ITU-T T.81), which a cut one has not. */
export function isWholeJpeg(jpeg: Buffer): boolean {
  const { length } = jpeg;
  return length >= 4 && jpeg.readUInt16BE(0) === 0xffd8 && jpeg.readUInt16BE(length - 2) === 0xffd9;
}
