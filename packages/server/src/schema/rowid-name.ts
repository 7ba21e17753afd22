import { foldName } from './identifier.ts';

/**
 * What the rowid of a table can be called, or null where its columns hide it: it goes by three names, and each is a column's
 * where a column has it. https://www.sqlite.org/rowidtable.html
 */
export function rowidNameBeside(columns: readonly { readonly name: string }[]): string | null {
  const taken = new Set(columns.map(({ name }) => foldName(name)));
  return ['rowid', '_rowid_', 'oid'].find((name) => !taken.has(name)) ?? null;
}
