/**
 * The parts of EBML (RFC 8794) that Matroska is made of. An element is its id, the length of its data as a
 * variable-size integer, and the data.
 */

/** A length of eight bytes that says: not known yet (RFC 8794, section 6.2). */
export const UNKNOWN_LENGTH = Buffer.from('01ffffffffffffff', 'hex');

/** An element with other elements, or bytes, inside. `id` is written as it stands in the specification: `0x1a45dfa3`. */
export function master(id: number, ...children: readonly Buffer[]): Buffer {
  const lengthBytes = children.reduce((sum, { length }) => sum + length, 0);
  return Buffer.concat([idBytes(id), variableInt(lengthBytes), ...children]);
}

/** An unsigned integer in as few bytes as it takes, or in `width` bytes (up to 6, which hold 2^48 - 1). */
export function unsigned(id: number, value: number, width = leastBytes(value)): Buffer {
  const data = Buffer.alloc(width);
  data.writeUIntBE(value, 0, width);
  return master(id, data);
}

/** A floating-point number of eight bytes. */
export function float(id: number, value: number): Buffer {
  const data = Buffer.alloc(8);
  data.writeDoubleBE(value);
  return master(id, data);
}

/** Text; the ids that take ASCII only must be given no other. */
export function text(id: number, value: string): Buffer {
  return master(id, Buffer.from(value, 'utf8'));
}

/** A date from microseconds since the Unix epoch: EBML counts nanoseconds since 2001 (RFC 8794, section 7.6). */
export function date(id: number, epochUs: number): Buffer {
  const data = Buffer.alloc(8);
  data.writeBigInt64BE(BigInt(epochUs - EPOCH_2001_US) * 1000n);
  return master(id, data);
}

/** An element that means nothing and is `lengthBytes` long in all (2 to 127): room for what is not known yet. */
export function empty(lengthBytes: number): Buffer {
  return master(VOID, Buffer.alloc(lengthBytes - 2));
}

/** The bytes of an id, which holds its own length in its first bits. */
export function idBytes(id: number): Buffer {
  const bytes = Buffer.alloc(leastBytes(id));
  bytes.writeUIntBE(id, 0, bytes.length);
  return bytes;
}

/**
 * A variable-size integer: as many zero bits as bytes follow the first one, a one, the number (RFC 8794, section 4). In as
 * few bytes as it takes, or in `width` bytes; up to 6 bytes, which hold lengths below 4 TiB.
 */
export function variableInt(value: number, width = leastVariableBytes(value)): Buffer {
  const bytes = Buffer.alloc(width);
  bytes.writeUIntBE(value + 2 ** (7 * width), 0, width);
  return bytes;
}

const VOID = 0xec;
const EPOCH_2001_US = Date.UTC(2001, 0, 1) * 1000;

function leastBytes(value: number): number {
  let width = 1;
  while (value >= 2 ** (8 * width)) width += 1;
  return width;
}

/** All ones are the unknown length, so the greatest number of each width needs one byte more. */
function leastVariableBytes(value: number): number {
  let width = 1;
  while (value >= 2 ** (7 * width) - 1) width += 1;
  return width;
}
