/** Colours of a heat map, from least to greatest. */
export const RAMP_LEVELS = 10;

interface Oklch {
  readonly lightness: number;
  readonly chroma: number;
  readonly hueDegrees: number;
}

const PALE: Oklch = { lightness: 0.96, chroma: 0.05, hueDegrees: 105 };
const DEEP: Oklch = { lightness: 0.32, chroma: 0.11, hueDegrees: 285 };

/**
 * A ramp in even steps of lightness from a pale yellow to a deep violet, over green and blue: each step looks as wide as
 * the next, also without colour and to people who cannot tell red from green (Ottosson, "A perceptual color space for
 * image processing", 2020).
 */
export function ramp(): string[] {
  return Array.from({ length: RAMP_LEVELS }, (_, level) => {
    const share = level / (RAMP_LEVELS - 1);
    const between = (from: number, to: number): number => from + (to - from) * share;
    const lightness = between(PALE.lightness, DEEP.lightness);
    // In the middle there is room for more colour than at the ends.
    const chroma = between(PALE.chroma, DEEP.chroma) + 0.05 * Math.sin(Math.PI * share);
    return hexOf({ lightness, chroma, hueDegrees: between(PALE.hueDegrees, DEEP.hueDegrees) });
  });
}

function hexOf({ lightness, chroma, hueDegrees }: Oklch): string {
  const hue = (hueDegrees * Math.PI) / 180;
  const a = chroma * Math.cos(hue);
  const b = chroma * Math.sin(hue);
  const long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const short = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const linear = [
    4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
    -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
    -0.0041960863 * long - 0.7034186147 * medium + 1.707614701 * short,
  ];
  return `#${linear.map(channel).join('')}`;
}

/** A linear share of light as two hexadecimal digits of sRGB. */
function channel(linear: number): string {
  const light = Math.min(1, Math.max(0, linear));
  const coded = light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055;
  return Math.round(coded * 255)
    .toString(16)
    .padStart(2, '0');
}
