import { nameList } from '../../name-list.ts';

/** What a format left out, one warning for each kind of thing. */
export function leftOutWarnings(
  leftOut: readonly { readonly kind: string; readonly name: string }[],
): readonly string[] {
  const groups = [...Map.groupBy(leftOut, ({ kind }) => kind).values()];
  return groups.map((group) => `left out: ${nameList(group)}`);
}
