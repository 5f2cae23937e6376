import { deflateSync } from 'node:zlib';

/** An uncompressed HdrHistogram with the given payload; the options put other values into the header. */
export function plainHistogram(
  payload: readonly number[],
  {
    cookie = 0x1c849313,
    payloadBytes = payload.length,
    digits = 3,
    lowest = 1n,
    highest = 3_600_000_000n,
  }: { cookie?: number; payloadBytes?: number; digits?: number; lowest?: bigint; highest?: bigint } = {},
): Buffer {
  const plain = Buffer.alloc(40 + payload.length);
  plain.writeUInt32BE(cookie, 0);
  plain.writeUInt32BE(payloadBytes, 4);
  plain.writeUInt32BE(digits, 12);
  plain.writeBigUInt64BE(lowest, 16);
  plain.writeBigUInt64BE(highest, 24);
  plain.writeDoubleBE(1, 32);
  plain.set(payload, 40);
  return plain;
}

/** Deflates `plain` and encodes it, whatever it holds. */
export function envelopeOf(plain: Buffer, cookie = 0x1c849314): string {
  const deflated = deflateSync(plain);
  const head = Buffer.alloc(8);
  head.writeUInt32BE(cookie, 0);
  head.writeUInt32BE(deflated.length, 4);
  return Buffer.concat([head, deflated]).toString('base64');
}

/** The bytes of a ZigZag LEB128 number: a count, or how many buckets to skip as a negative number. */
export function zigZag(number: number): number[] {
  const bytes: number[] = [];
  let rest = number < 0 ? -number * 2 - 1 : number * 2;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) + 0x80);
    rest = Math.floor(rest / 0x80);
  }
  return [...bytes, rest];
}
