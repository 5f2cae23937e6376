const UNITS = [
  { name: 's', us: 1_000_000 },
  { name: 'ms', us: 1_000 },
] as const;

/** Labels of an axis of times in microseconds: all in one unit, with no more digits than they need. */
export function axisTicks(splitsUs: readonly number[]): string[] {
  const largestUs = Math.max(0, ...splitsUs.map(Math.abs));
  const { name, us } = UNITS.find((unit) => largestUs >= unit.us) ?? { name: 'µs', us: 1 };
  return splitsUs.map((split) => `${Number((split / us).toFixed(3))} ${name}`);
}
