import { foldName } from '../../identifier.ts';
import { readReferences, type Reference } from '../shared/references.ts';
import type { ModuleNames, NamedTable } from './names.ts';

/** A foreign key to a table of the module. */
export interface NamedReference extends Reference {
  readonly target: NamedTable;
  readonly targetKeys: readonly string[];
  /** Whether the target's type may depend on this table, so that this table needs an explicit type. */
  readonly isCircular: boolean;
}

/** The foreign keys of each table, without those to missing tables or columns. */
export function referencesOf(names: ModuleNames): ReadonlyMap<NamedTable, readonly NamedReference[]> {
  const tables = [...names.tables.values()];
  const circular = tablesInCycles(tables);
  const { references } = readReferences(tables.map(({ table }) => table));
  const byChild = Map.groupBy(references, ({ child }) => child.table);
  return new Map(
    tables.map((named) => {
      const own = byChild.get(named.table) ?? [];
      return [named, own.flatMap((reference) => withNames(reference, names, circular))];
    }),
  );
}

function withNames(
  reference: Reference,
  { tables }: ModuleNames,
  circular: ReadonlySet<string>,
): readonly NamedReference[] {
  const [child, parent] = [reference.child, reference.parent].map(({ table }) => foldName(table.name));
  const target = tables.get(parent ?? '');
  if (target === undefined) return [];
  const targetKeys = reference.parent.columns.map((column) => target.key(column) ?? column);
  const isCircular = circular.has(child ?? '') && circular.has(parent ?? '');
  return [{ ...reference, target, targetKeys, isCircular }];
}

/**
 * The folded names of the tables in a cycle of foreign keys, or on a path between two cycles: what is left after repeatedly removing
 * tables that reference no other or that no other references.
 */
function tablesInCycles(tables: readonly NamedTable[]): ReadonlySet<string> {
  const names = tables.map(({ table }) => foldName(table.name));
  const targets = new Map(names.map((name) => [name, new Set<string>()]));
  const sources = new Map(names.map((name) => [name, new Set<string>()]));
  for (const { table } of tables) {
    for (const { referencedTable } of table.foreignKeys) {
      const [source, target] = [foldName(table.name), foldName(referencedTable)];
      if (!targets.has(target)) continue;
      targets.get(source)?.add(target);
      sources.get(target)?.add(source);
    }
  }
  const loose = names.filter((name) => targets.get(name)?.size === 0 || sources.get(name)?.size === 0);
  for (let name = loose.pop(); name !== undefined; name = loose.pop()) {
    loose.push(...cutOff(name, targets, sources), ...cutOff(name, sources, targets));
    targets.delete(name);
    sources.delete(name);
  }
  return new Set(targets.keys());
}

type Links = Map<string, Set<string>>;

/** Removes a name from the `back` links of everything in its `links`, and returns those that then have none left. */
function cutOff(name: string, links: Links, back: Links): readonly string[] {
  return [...(links.get(name) ?? [])].filter((other) => {
    const others = back.get(other);
    return others?.delete(name) === true && others.size === 0;
  });
}
