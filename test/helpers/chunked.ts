import fc from 'fast-check';

/** Cuts bytes at the places given, in any order; places behind the end do nothing. */
export function cutAt(bytes: Buffer, places: readonly number[]): Buffer[] {
  const sorted = places.filter((place) => place > 0 && place < bytes.length).sort((a, b) => a - b);
  const edges = [0, ...sorted, bytes.length];
  // Each chunk has memory of its own that ends where it ends, as chunks of a socket may.
  return edges.slice(1).map((end, index) => Buffer.from(bytes.subarray(edges[index], end)));
}

/** Each byte alone. */
export function bytewise(bytes: Buffer): Buffer[] {
  return [...bytes].map((byte) => Buffer.of(byte));
}

/** Ways to cut a stream: in one piece, at a few places, everywhere. */
export const cuts: fc.Arbitrary<(bytes: Buffer) => Buffer[]> = fc.oneof(
  fc.constant((bytes: Buffer) => [bytes]),
  fc.constant(bytewise),
  fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 30 }).map(
    (shares) => (bytes: Buffer) =>
      cutAt(
        bytes,
        shares.map((share) => Math.floor(share * bytes.length)),
      ),
  ),
);
