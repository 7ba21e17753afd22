import { foldName } from '../../identifier.ts';
import type { ForeignKey } from '../../model.ts';
import type { ModuleNames, NamedTable } from './names.ts';

/** A foreign key to a table of the module. */
export interface Reference {
  readonly foreignKey: ForeignKey;
  readonly target: NamedTable;
  readonly targetKeys: readonly string[];
  /** Whether the compiler may come from the target back here, so that it needs a type to begin with. */
  readonly isCircular: boolean;
}

/** The foreign keys of each table, without those that refer to what is not there. */
export function referencesOf(names: ModuleNames): ReadonlyMap<NamedTable, readonly Reference[]> {
  const tables = [...names.tables.values()];
  const circular = tablesInCircles(tables);
  return new Map(
    tables.map((named) => {
      const { foreignKeys } = named.table;
      return [named, foreignKeys.flatMap((foreignKey) => resolve(named, foreignKey, names, circular))];
    }),
  );
}

function resolve(
  { table }: NamedTable,
  foreignKey: ForeignKey,
  { tables }: ModuleNames,
  circular: ReadonlySet<string>,
): readonly Reference[] {
  const name = foldName(foreignKey.referencedTable);
  const target = tables.get(name);
  const targetKeys = foreignKey.referencedColumns?.map((column) => target?.key(column) ?? null) ?? [];
  const found = targetKeys.filter((key) => key !== null);
  if (target === undefined || found.length !== foreignKey.columns.length) return [];
  const isCircular = circular.has(foldName(table.name)) && circular.has(name);
  return [{ foreignKey, target, targetKeys: found, isCircular }];
}

/**
 * The folded names of the tables in a circle of foreign keys, or on a way between two: what is left when all are taken
 * away, one after another, that refer to no other or that no other refers to.
 */
function tablesInCircles(tables: readonly NamedTable[]): ReadonlySet<string> {
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

/** Takes a name out of the `back` links of all that its `links` go to, and gives those that then have none left. */
function cutOff(name: string, links: Links, back: Links): readonly string[] {
  return [...(links.get(name) ?? [])].filter((other) => {
    const others = back.get(other);
    return others?.delete(name) === true && others.size === 0;
  });
}
