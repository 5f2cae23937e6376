/** `1 session`, `12 sessions`: `unit` is the plural. */
export function amountText(amount: number, unit: string): string {
  return `${amount} ${amount === 1 ? unit.replace(/s$/, '') : unit}`;
}
