import type { NutBytes } from './nut-bytes.js';

/** What a code of one byte says of the frame behind it. */
export interface FrameCode {
  readonly flags: number;
  readonly streamId: number;
  readonly sizeFactor: number;
  readonly sizeLow: number;
  readonly ptsDelta: number;
  readonly reserved: number;
}

/** The header of a NUT file as far as it is needed here. */
export interface MainHeader {
  /** Seconds of a tick, as a fraction. */
  readonly timeBases: readonly { readonly numerator: number; readonly denominator: number }[];
  readonly codes: readonly FrameCode[];
  /** Lengths of the beginnings that frames may leave out. */
  readonly leftOutBytes: readonly number[];
}

/** A stream of a NUT file as far as it is needed here. */
export interface StreamHeader {
  readonly id: number;
  readonly timeBaseId: number;
  /** So many low bits of a time stamp are written where the rest is that of the one before. */
  readonly lowPtsBits: number;
}

export const FrameFlag = {
  CODED_PTS: 8,
  STREAM_ID: 16,
  SIZE_HIGH: 32,
  CHECKSUM: 64,
  RESERVED: 128,
  SIDE_DATA: 256,
  LEFT_OUT: 1024,
  MATCH_TIME: 2048,
  CODED: 4096,
  INVALID: 8192,
} as const;

/** No frame begins with this byte, because packets do. */
const PACKET_BYTE = 0x4e;
const CODES = 256;
const MAX_TIME_BASES = 64;
const MAX_LEFT_OUT = 128;

/**
 * Reads the body of a main header (NUT specification, "main header").
 *
 * @throws {RangeError} for what is none
 */
export function readMainHeader(bytes: NutBytes): MainHeader {
  const version = bytes.unsigned();
  if (version > 3) throw new RangeError(`version ${version} is not known`);
  bytes.unsigned();
  bytes.unsigned();
  const count = bytes.unsigned();
  if (count < 1 || count > MAX_TIME_BASES) throw new RangeError('a wrong number of time bases');
  const timeBases = Array.from({ length: count }, () => {
    const numerator = bytes.unsigned();
    const denominator = bytes.unsigned();
    if (numerator === 0 || denominator === 0) throw new RangeError('a time base is zero');
    return { numerator, denominator };
  });
  const codes = readCodes(bytes);
  const leftOut = bytes.unsigned();
  if (leftOut > MAX_LEFT_OUT) throw new RangeError('too many beginnings are left out');
  const leftOutBytes = [0];
  for (let index = 0; index < leftOut; index += 1) {
    const lengthBytes = bytes.unsigned();
    bytes.skip(lengthBytes);
    leftOutBytes.push(lengthBytes);
  }
  return { timeBases, codes, leftOutBytes };
}

/** Reads the beginning of a stream header (NUT specification, "stream header"). */
export function readStreamHeader(bytes: NutBytes): StreamHeader {
  const id = bytes.unsigned();
  bytes.unsigned();
  bytes.skip(bytes.unsigned());
  const timeBaseId = bytes.unsigned();
  const lowPtsBits = bytes.unsigned();
  if (lowPtsBits > 31) throw new RangeError('time stamps have too many low bits');
  return { id, timeBaseId, lowPtsBits };
}

/** The table of codes comes in runs, each of which repeats what the one before said where it is silent. */
function readCodes(bytes: NutBytes): FrameCode[] {
  const codes: FrameCode[] = [];
  let [ptsDelta, sizeFactor, streamId] = [0, 1, 0];
  while (codes.length < CODES) {
    const flags = bytes.unsigned();
    const fields = bytes.unsigned();
    if (fields > 0) ptsDelta = bytes.signed();
    if (fields > 1) sizeFactor = bytes.unsigned();
    if (fields > 2) streamId = bytes.unsigned();
    const sizeLow = fields > 3 ? bytes.unsigned() : 0;
    const reserved = fields > 4 ? bytes.unsigned() : 0;
    const count = fields > 5 ? bytes.unsigned() : sizeFactor - sizeLow;
    if (count < 1 || count > CODES) throw new RangeError('a run of codes has a wrong length');
    for (let field = 6; field < fields; field += 1) bytes.unsigned();
    for (let index = 0; index < count && codes.length < CODES; index += 1) {
      if (codes.length === PACKET_BYTE) codes.push(INVALID);
      codes.push({ flags, streamId, sizeFactor, sizeLow: sizeLow + index, ptsDelta, reserved });
    }
  }
  return codes.slice(0, CODES);
}

const INVALID: FrameCode = {
  flags: FrameFlag.INVALID,
  streamId: 0,
  sizeFactor: 1,
  sizeLow: 0,
  ptsDelta: 0,
  reserved: 0,
};
