const POLYNOMIAL = 0x1021;

/**
 * CRC-16 with the polynomial x^16 + x^12 + x^5 + 1, begun with 0xffff, most significant bit first, not inverted
 * ("CRC-16/IBM-3740" in the RevEng catalogue, also called CCITT-FALSE). The check value of `123456789` is 0x29b1.
 */
export function crc16(bytes: Iterable<number>): number {
  let crc = 0xffff;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 0x8000 ? ((crc << 1) ^ POLYNOMIAL) & 0xffff : crc << 1;
  }
  return crc;
}
