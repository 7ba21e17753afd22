import { foldName } from './identifier.ts';

/**
 * A name for the rowid of a table, or null if columns use all three of its names.
 * https://www.sqlite.org/rowidtable.html
 */
export function rowidNameBeside(columns: readonly { readonly name: string }[]): string | null {
  const taken = new Set(columns.map(({ name }) => foldName(name)));
  return ['rowid', '_rowid_', 'oid'].find((name) => !taken.has(name)) ?? null;
}
