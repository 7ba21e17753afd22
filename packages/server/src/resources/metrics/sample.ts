type Labels = Readonly<Record<string, string>>;

/** One value of a metric, or of a histogram one distribution of values. */
export type Sample =
  | { readonly labels: Labels; readonly value: number }
  | { readonly labels: Labels; readonly distribution: Distribution };

/** How often values fell between bounds: `counts` has one more than `bounds`, for those above the last. */
export interface Distribution {
  readonly bounds: readonly number[];
  readonly counts: readonly number[];
  readonly sum: number;
}
