import type { CodedPicture, VideoCodec, VideoFormat } from './coded-video.js';

/** Codecs that are made of NAL units. */
export type NalCodec = Exclude<VideoCodec, 'mjpeg'>;

/** What a NAL unit is, as far as it matters here. */
export type NalKind = 'vps' | 'sps' | 'pps' | 'delimiter' | 'sei' | 'key' | 'picture' | 'other';

const START_CODE = Buffer.of(0, 0, 1);
/** Parameter sets in the order in which a decoder needs them. */
const PARAMETER_SETS: readonly NalKind[] = ['vps', 'sps', 'pps'];

/** Kinds by `nal_unit_type` of H.264 (ITU-T H.264, table 7-1). */
const H264_KINDS: Readonly<Record<number, NalKind>> = {
  1: 'picture',
  2: 'picture',
  5: 'key',
  6: 'sei',
  7: 'sps',
  8: 'pps',
  9: 'delimiter',
};
/** Kinds by `nal_unit_type` of H.265 (ITU-T H.265, table 7-1), but for pictures. */
const H265_KINDS: Readonly<Record<number, NalKind>> = { 32: 'vps', 33: 'sps', 34: 'pps', 35: 'delimiter', 39: 'sei' };
const FIRST_H265_IRAP = 16;
const LAST_H265_IRAP = 23;
const LAST_H265_PICTURE = 31;

/**
 * Cuts a byte stream (annex B of H.264 and H.265) at its start codes; the units are views of `bytes`. What stands before
 * the first start code is left out, and so are empty units and the zeros that may stand behind one. It stops at `maxUnits`.
 */
export function splitNalUnits(bytes: Buffer, maxUnits = Infinity): Buffer[] {
  const units: Buffer[] = [];
  let codeAt = bytes.indexOf(START_CODE);
  while (codeAt !== -1 && units.length < maxUnits) {
    const start = codeAt + START_CODE.length;
    codeAt = bytes.indexOf(START_CODE, start);
    let end = codeAt === -1 ? bytes.length : codeAt;
    // A unit ends with a bit that is set, so zeros before the next start code belong to that.
    while (end > start && bytes[end - 1] === 0) end -= 1;
    if (end > start) units.push(bytes.subarray(start, end));
  }
  return units;
}

/** What a NAL unit is; `other` for an empty one. */
export function nalKind(codec: NalCodec, unit: Buffer): NalKind {
  const header = unit[0];
  if (header === undefined) return 'other';
  if (codec === 'h264') return H264_KINDS[header & 0x1f] ?? 'other';
  const type = (header >> 1) & 0x3f;
  if (type > LAST_H265_PICTURE) return H265_KINDS[type] ?? 'other';
  return type >= FIRST_H265_IRAP && type <= LAST_H265_IRAP ? 'key' : 'picture';
}

/** Whether a NAL unit is a VPS, SPS or PPS. */
export function isParameterSet(codec: NalCodec, unit: Buffer): boolean {
  return PARAMETER_SETS.includes(nalKind(codec, unit));
}

/** The parameter sets among `units`, in the order VPS, SPS, PPS. */
export function parameterSetsOf(codec: NalCodec, units: readonly Buffer[]): Buffer[] {
  return PARAMETER_SETS.flatMap((wanted) => units.filter((unit) => nalKind(codec, unit) === wanted));
}

/** Whether `parameterSets` has one of each kind that a decoder needs. */
export function isComplete(codec: NalCodec, parameterSets: readonly Buffer[]): boolean {
  const needed = codec === 'h264' ? PARAMETER_SETS.slice(1) : PARAMETER_SETS;
  return needed.every((kind) => parameterSets.some((unit) => nalKind(codec, unit) === kind));
}

/** What SDP says of a stream that begins with `picture`; null when that is not a key picture with its parameter sets. */
export function formatOf(picture: CodedPicture): VideoFormat | null {
  const { codec, units, isKey } = picture;
  if (codec === 'mjpeg') return { codec, parameterSets: [] };
  const parameterSets = isKey ? parameterSetsOf(codec, units) : [];
  if (!isComplete(codec, parameterSets)) return null;
  // Copies, since a format outlives its picture, and a view would keep all of that in memory.
  return { codec, parameterSets: parameterSets.map((unit) => Buffer.from(unit)) };
}

/** Whether two formats say the same, so that a stream need not be announced anew. */
export function isSameFormat(one: VideoFormat, other: VideoFormat): boolean {
  return (
    one.codec === other.codec &&
    one.parameterSets.length === other.parameterSets.length &&
    one.parameterSets.every((unit, index) => other.parameterSets[index]?.equals(unit))
  );
}
