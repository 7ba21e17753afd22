import { timestamp } from '../core/ids.ts';

/** Returns the time since which a user or an account is disabled: a repeated request does not change it. Null if enabled. */
export function disabledSince(
  before: { readonly disabled_at: string | null },
  isDisabled: boolean | undefined,
): string | null {
  if (isDisabled === undefined) return before.disabled_at;
  return isDisabled ? (before.disabled_at ?? timestamp()) : null;
}
