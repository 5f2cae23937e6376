import type { VideoCodec } from './coded-video.js';
import { isComplete, isParameterSet, nalKind, parameterSetsOf, splitNalUnits } from './nal-units.js';
import type { NalCodec } from './nal-units.js';

/** What a picture consists of. */
export interface AccessUnit {
  readonly units: readonly Buffer[];
  readonly isKey: boolean;
}

/** More units than any encoder makes of a picture; each costs an object. */
const MAX_UNITS = 4096;
/** Far more than parameter sets ever need, of a picture and of what is kept for later ones; all of them go into the SDP. */
const MAX_SETS = 64;
const MAX_SETS_BYTES = 64 * 1024;
const RECOVERY_POINT = 6;
/** First bit of a recovery point when pictures are right from this one on: a count of 0 as Exp-Golomb code. */
const RIGHT_AT_ONCE = 0x80;

/** Makes access units of a byte stream's pieces, one a picture, and keeps what a decoder must know for a key picture. */
export class AccessUnits {
  private parameterSets: readonly Buffer[] = [];

  constructor(readonly codec: VideoCodec) {}

  /** Takes the bytes of one picture; null where they hold none, or a broken one. The units are views of `bytes`. */
  next(bytes: Buffer): AccessUnit | null {
    const { codec } = this;
    return codec === 'mjpeg' ? { units: [bytes], isKey: true } : this.nextOf(codec, bytes);
  }

  private nextOf(codec: NalCodec, bytes: Buffer): AccessUnit | null {
    const units = splitNalUnits(bytes, MAX_UNITS).filter((unit) => nalKind(codec, unit) !== 'delimiter');
    if (units.length >= MAX_UNITS) return null;
    const own = parameterSetsOf(codec, units);
    if (own.length > MAX_SETS || lengthOf(own) > MAX_SETS_BYTES) return null;
    this.keep(codec, own);
    const kinds = units.map((unit) => nalKind(codec, unit));
    const isKey = kinds.includes('key') || (codec === 'h264' && units.some(isRecoveryPoint));
    if (!isKey && !kinds.includes('picture')) return null;
    if (!isKey || isComplete(codec, own)) return { units, isKey };
    const others = units.filter((unit) => !isParameterSet(codec, unit));
    return { units: [...this.parameterSets, ...others], isKey };
  }

  /** A picture may bring only one kind anew; of that kind the older ones are done with. */
  private keep(codec: NalCodec, own: readonly Buffer[]): void {
    if (own.length === 0) return;
    const kinds = new Set(own.map((unit) => nalKind(codec, unit)));
    const others = this.parameterSets.filter((unit) => !kinds.has(nalKind(codec, unit)));
    // Copies, since a view would keep the whole picture in memory.
    const kept = parameterSetsOf(codec, [...others, ...own.map((unit) => Buffer.from(unit))]);
    if (lengthOf(kept) <= MAX_SETS_BYTES) this.parameterSets = kept;
  }
}

/**
 * Whether a unit of H.264 says that decoding can begin at its picture (ITU-T H.264, section D.2.8): broadcasts and some
 * encoders with open groups of pictures have no IDR but the first.
 */
function isRecoveryPoint(unit: Buffer): boolean {
  if (nalKind('h264', unit) !== 'sei') return false;
  // Messages follow each other: type and length, each as a sum of bytes that ends with one below 255, and data.
  for (let at = 1; at + 2 < unit.length;) {
    const type = readSum(unit, at);
    const length = readSum(unit, type.end);
    if (type.sum === RECOVERY_POINT) return ((unit[length.end] ?? 0) & RIGHT_AT_ONCE) !== 0;
    at = length.end + length.sum;
  }
  return false;
}

function lengthOf(units: readonly Buffer[]): number {
  return units.reduce((sum, { length }) => sum + length, 0);
}

function readSum(unit: Buffer, at: number): { sum: number; end: number } {
  let sum = 0;
  let end = at;
  while (unit[end] === 0xff) {
    sum += 0xff;
    end += 1;
  }
  return { sum: sum + (unit[end] ?? 0), end: end + 1 };
}
