type Labels = Readonly<Record<string, string>>;

/** One value of a metric, or one distribution of a histogram. */
export type Sample =
  | { readonly labels: Labels; readonly value: number }
  | { readonly labels: Labels; readonly distribution: Distribution };

/** A histogram: `counts` has one more entry than `bounds`, for values above the last bound. */
export interface Distribution {
  readonly bounds: readonly number[];
  readonly counts: readonly number[];
  readonly sum: number;
}
