import { badMessage } from './bad-message.js';

const TWO_POW_32 = 2 ** 32;
/** High word of 2^53 - 1, the greatest number that a double and thus JavaScript holds exactly. */
const MAX_HIGH_WORD = 2 ** 21 - 1;

/**
 * Writes `value` as eight bytes, big-endian. Two halves instead of a BigInt, which would allocate for every frame.
 * Throws RangeError when `value` is not a whole number from 0 to 2^53 - 1: that is a defect on our side.
 */
export function writeU64(buffer: Buffer, value: number, offset: number): void {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${value} does not fit the protocol's u64.`);
  buffer.writeUInt32BE(Math.floor(value / TWO_POW_32), offset);
  buffer.writeUInt32BE(value % TWO_POW_32, offset + 4);
}

/**
 * Reads eight bytes, big-endian. `type` and `field` name the value in the error: BAD_MESSAGE when it is above
 * 2^53 - 1, as it could not be held exactly.
 */
export function readU64(buffer: Buffer, offset: number, type: number, field: string): number {
  const high = buffer.readUInt32BE(offset);
  if (high > MAX_HIGH_WORD) throw badMessage(type, field, 'is above 2^53 - 1');
  return high * TWO_POW_32 + buffer.readUInt32BE(offset + 4);
}
