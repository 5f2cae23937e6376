/** Bits are taken from the low end, so the polynomial 0x04c11db7 stands here reflected. */
const REFLECTED_POLYNOMIAL = 0xedb88320;
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => remainderOf(byte));

/** CRC-32 of IEEE 802.3, as Ethernet, zlib and PNG use it. The check value of `123456789` is 0xcbf43926. */
export function crc32(bytes: Iterable<number>): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (TABLE[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8);
  return ~crc >>> 0;
}

function remainderOf(byte: number): number {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit += 1) {
    remainder = remainder & 1 ? REFLECTED_POLYNOMIAL ^ (remainder >>> 1) : remainder >>> 1;
  }
  return remainder;
}
