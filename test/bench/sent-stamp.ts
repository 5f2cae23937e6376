/** A comment segment (ITU T.81, B.2.4.5) right behind the start of a JPEG: marker, length, eight bytes of time. */
const HEAD = Buffer.from([0xff, 0xd8, 0xff, 0xfe, 0x00, 0x0a]);

/** Bytes that `stampedJpeg` adds. */
export const STAMP_BYTES = 12;

/**
 * A JPEG in two pieces that says when it was sent, in microseconds: what comes out of a server that passes JPEGs through
 * tells how long the way was. The second piece is the memory of the JPEG.
 */
export function stampedJpeg(jpeg: Buffer, sentUs: number): readonly [Buffer, Buffer] {
  const start = Buffer.allocUnsafe(HEAD.length + 8);
  HEAD.copy(start);
  start.writeDoubleBE(sentUs, HEAD.length);
  return [start, jpeg.subarray(2)];
}

/** When a JPEG was sent, in microseconds; null where it has no stamp, for example because it was encoded anew. */
export function sentTimeUs(jpeg: Buffer): number | null {
  const isStamped = jpeg.length >= HEAD.length + 8 && HEAD.compare(jpeg, 0, HEAD.length) === 0;
  return isStamped ? jpeg.readDoubleBE(HEAD.length) : null;
}
