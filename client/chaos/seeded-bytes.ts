import { createHash } from 'node:crypto';

/** Bytes without a meaning, the same for the same seed, so that what broke a server can be sent again. */
export function seededBytes(seed: number, lengthBytes: number): Buffer {
  const blocks: Buffer[] = [];
  for (let i = 0; i * 32 < lengthBytes; i += 1) blocks.push(createHash('sha256').update(`${seed} ${i}`).digest());
  return Buffer.concat(blocks).subarray(0, lengthBytes);
}
