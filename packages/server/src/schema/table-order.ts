import { compareNames, foldName } from './identifier.ts';
import type { StoredTable } from './model.ts';

/**
 * Sorts tables so that each comes after the tables it references, except in cycles. Ties, and the points at which cycles are cut, are
 * decided by name. The result does not depend on the order of the input.
 *
 * The traversal uses an explicit stack: chains of references can be longer than the call stack is deep.
 */
export function orderTables(tables: readonly StoredTable[]): readonly StoredTable[] {
  const sorted = tables.toSorted((a, b) => compareNames(a.name, b.name));
  const byName = new Map(sorted.map((table) => [foldName(table.name), table]));
  const ordered = new Set<StoredTable>();
  const entered = new Set<StoredTable>();
  const stack: { readonly table: StoredTable; readonly parents: readonly StoredTable[]; next: number }[] = [];
  const enter = (table: StoredTable): void => {
    if (entered.has(table)) return;
    entered.add(table);
    stack.push({ table, parents: parentsOf(table, byName), next: 0 });
  };
  for (const table of sorted) {
    enter(table);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const parent = top.parents[top.next];
      top.next += 1;
      if (parent !== undefined) {
        enter(parent);
      } else {
        ordered.add(top.table);
        stack.pop();
      }
    }
  }
  return [...ordered];
}

function parentsOf(table: StoredTable, byName: ReadonlyMap<string, StoredTable>): readonly StoredTable[] {
  if (table.references.length === 0) return [];
  const names = new Set(table.references.map(foldName));
  const parents = [...names].map((name) => byName.get(name)).filter((parent) => parent !== undefined);
  return parents.toSorted((a, b) => compareNames(a.name, b.name));
}
