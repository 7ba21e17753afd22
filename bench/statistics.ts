/** The middle of the values, and their ends. */
export interface Spread {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? Number.NaN;
  return { min: at(0), median: at(0.5), max: at(1) };
}

export function formatSpread({ min, median, max }: Spread): string {
  return `${median.toFixed(1)} (${min.toFixed(1)} to ${max.toFixed(1)})`;
}
