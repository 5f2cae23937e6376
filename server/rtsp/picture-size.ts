import { BitReader } from './bit-reader.js';
import type { VideoFormat } from './coded-video.js';
import { nalKind } from './nal-units.js';

/** Size of a picture as it is shown, in pixels. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** How many pixels are cut away at each side, in units of the colours' sampling. */
interface Cropping {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** The size stands near the beginning; what a hostile stream has behind it is not worth reading. */
const MAX_SPS_BYTES = 4096;
/** Far more than any level allows. */
const MAX_SIDE = 65_536;
/** More would be none of the profiles that there are. */
const MAX_ORDER_COUNTS = 255;
const MACROBLOCK = 16;
/** Profiles of H.264 whose SPS tell the colours' sampling (ITU-T H.264, section 7.3.2.1.1). */
const PROFILES_WITH_CHROMA: ReadonlySet<number> = new Set([
  100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135,
]);
const SEPARATE_PLANES = 3;
/** Of profile and level of H.265: 2 + 1 + 5 + 32 + 4 + 43 + 1 bits, then the level. */
const H265_PROFILE_BITS = 88;
const H265_LEVEL_BITS = 8;
const MAX_SUBLAYERS = 8;
const UNCROPPED: Cropping = { left: 0, right: 0, top: 0, bottom: 0 };

/** Size of the pictures of H.264 or H.265; null where the format has no SPS that tells it, and of JPEG. */
export function pictureSize({ codec, parameterSets }: VideoFormat): PictureSize | null {
  if (codec === 'mjpeg') return null;
  const sps = parameterSets.find((unit) => nalKind(codec, unit) === 'sps')?.subarray(0, MAX_SPS_BYTES);
  if (!sps) return null;
  try {
    const size = codec === 'h264' ? h264Size(new BitReader(sps, 1)) : h265Size(new BitReader(sps, 2));
    const isPossible = size.width > 0 && size.height > 0 && size.width <= MAX_SIDE && size.height <= MAX_SIDE;
    return isPossible ? size : null;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** ITU-T H.264, section 7.3.2.1.1. */
function h264Size(bits: BitReader): PictureSize {
  const profile = bits.bits(8);
  bits.skip(16);
  bits.unsigned();
  const chroma = PROFILES_WITH_CHROMA.has(profile) ? readH264Chroma(bits) : 1;
  bits.unsigned();
  passPictureOrder(bits);
  bits.unsigned();
  bits.skip(1);
  const widthInMacroblocks = bits.unsigned() + 1;
  const heightInUnits = bits.unsigned() + 1;
  const isOfFrames = bits.flag();
  if (!isOfFrames) bits.skip(1);
  bits.skip(1);
  const cropping = bits.flag() ? readCropping(bits) : UNCROPPED;
  // Where fields may be coded, lines are counted in pairs.
  const fields = isOfFrames ? 1 : 2;
  const whole = { width: widthInMacroblocks * MACROBLOCK, height: heightInUnits * MACROBLOCK * fields };
  return crop(whole, cropping, chroma === 1 || chroma === 2 ? 2 : 1, (chroma === 1 ? 2 : 1) * fields);
}

function readH264Chroma(bits: BitReader): number {
  const chroma = bits.unsigned();
  if (chroma === SEPARATE_PLANES) bits.skip(1);
  bits.unsigned();
  bits.unsigned();
  bits.skip(1);
  if (!bits.flag()) return chroma;
  const lists = chroma === SEPARATE_PLANES ? 12 : 8;
  for (let list = 0; list < lists; list += 1) {
    if (bits.flag()) passScalingList(bits, list < 6 ? 16 : 64);
  }
  return chroma;
}

/** ITU-T H.264, section 7.3.2.1.1.1. */
function passScalingList(bits: BitReader, length: number): void {
  let last = 8;
  for (let index = 0; index < length; index += 1) {
    last = (last + bits.signed() + 256) % 256;
    if (last === 0) return;
  }
}

function passPictureOrder(bits: BitReader): void {
  const type = bits.unsigned();
  if (type === 0) bits.unsigned();
  if (type !== 1) return;
  bits.skip(1);
  bits.signed();
  bits.signed();
  const count = bits.unsigned();
  if (count > MAX_ORDER_COUNTS) throw new RangeError('there are too many');
  for (let index = 0; index < count; index += 1) bits.signed();
}

/** ITU-T H.265, section 7.3.2.2.1. */
function h265Size(bits: BitReader): PictureSize {
  bits.skip(4);
  const sublayers = bits.bits(3);
  bits.skip(1);
  passH265Profile(bits, sublayers);
  bits.unsigned();
  const chroma = bits.unsigned();
  if (chroma === SEPARATE_PLANES) bits.skip(1);
  const whole = { width: bits.unsigned(), height: bits.unsigned() };
  const cropping = bits.flag() ? readCropping(bits) : UNCROPPED;
  return crop(whole, cropping, chroma === 1 || chroma === 2 ? 2 : 1, chroma === 1 ? 2 : 1);
}

/** ITU-T H.265, section 7.3.3; `sublayers` is their number less one. */
function passH265Profile(bits: BitReader, sublayers: number): void {
  bits.skip(H265_PROFILE_BITS + H265_LEVEL_BITS);
  const present = Array.from({ length: sublayers }, () => ({ hasProfile: bits.flag(), hasLevel: bits.flag() }));
  if (sublayers > 0) bits.skip(2 * (MAX_SUBLAYERS - sublayers));
  for (const { hasProfile, hasLevel } of present) {
    bits.skip((hasProfile ? H265_PROFILE_BITS : 0) + (hasLevel ? H265_LEVEL_BITS : 0));
  }
}

function readCropping(bits: BitReader): Cropping {
  return { left: bits.unsigned(), right: bits.unsigned(), top: bits.unsigned(), bottom: bits.unsigned() };
}

function crop({ width, height }: PictureSize, cropping: Cropping, unitX: number, unitY: number): PictureSize {
  const { left, right, top, bottom } = cropping;
  return { width: width - unitX * (left + right), height: height - unitY * (top + bottom) };
}
