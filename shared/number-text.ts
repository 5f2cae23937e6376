const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)$/;

/** The number that `text` writes in plain decimal digits, or null: no exponent, no hexadecimal, no blanks. */
export function numberFromText(text: string): number | null {
  return DECIMAL.test(text) ? Number(text) : null;
}

/** A frame rate as people write it, `25`, `29.97` or `30000/1001`, in frames per second; null when it is none. */
export function frameRateFromText(text: string): number | null {
  const [numerator = null, denominator = 1, ...rest] = text.split('/').map(numberFromText);
  if (numerator === null || denominator === null || rest.length > 0) return null;
  return denominator > 0 ? numerator / denominator : null;
}
