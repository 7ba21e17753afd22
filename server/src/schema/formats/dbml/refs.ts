import { compareNames, foldName } from '../../identifier.ts';
import type { ForeignKey, Index, OrdinaryTable } from '../../model.ts';

export interface Ref {
  readonly foreignKey: ForeignKey;
  readonly child: Endpoint;
  readonly parent: Endpoint;
  /** Whether a row of the parent has at most one of the child. */
  readonly isOneToOne: boolean;
}

interface Endpoint {
  readonly name: string;
  readonly columns: readonly string[];
}

/**
 * What DBML takes of the foreign keys: both ends are there, they are two, and no two refs have the same ends, in
 * whichever direction. `lost` are the tables of the others.
 */
export function readRefs(tables: readonly OrdinaryTable[]): {
  readonly refs: readonly Ref[];
  readonly lost: readonly OrdinaryTable[];
} {
  const byName = new Map(tables.map((table) => [foldName(table.name), table]));
  const known = new Set<string>();
  const refs: Ref[] = [];
  const lost: OrdinaryTable[] = [];
  for (const table of tables) {
    for (const foreignKey of table.foreignKeys) {
      const ref = readRef(foreignKey, table, byName);
      const ends = ref === null ? [] : [ref.child, ref.parent].map(described).toSorted(compareNames);
      const key = JSON.stringify(ends);
      if (ref === null || ends[0] === ends[1] || known.has(key)) {
        lost.push(table);
      } else {
        known.add(key);
        refs.push(ref);
      }
    }
  }
  return { refs, lost };
}

function readRef(
  foreignKey: ForeignKey,
  table: OrdinaryTable,
  byName: ReadonlyMap<string, OrdinaryTable>,
): Ref | null {
  const parent = byName.get(foldName(foreignKey.referencedTable));
  if (parent === undefined || foreignKey.referencedColumns === null) return null;
  const own = columnsOf(table, foreignKey.columns);
  const referenced = columnsOf(parent, foreignKey.referencedColumns);
  if (own === null || referenced === null) return null;
  return {
    foreignKey,
    child: { name: table.name, columns: own },
    parent: { name: parent.name, columns: referenced },
    isOneToOne: isUnique(table, own),
  };
}

/** As they are declared; null where one is missing. */
function columnsOf({ columns }: OrdinaryTable, names: readonly string[]): readonly string[] | null {
  const found = names.map((name) => columns.find((column) => foldName(column.name) === foldName(name))?.name);
  const present = found.filter((name) => name !== undefined);
  return present.length === names.length ? present : null;
}

function isUnique(table: OrdinaryTable, columns: readonly string[]): boolean {
  const wanted = setOf(columns);
  const key = table.primaryKey?.columns.map(({ name }) => name) ?? [];
  const keys = [
    key,
    ...table.indexes
      .filter(isWhole)
      .map((index) => index.columns.map((term) => (term.kind === 'column' ? term.name : '('))),
  ];
  return keys.some((each) => each.length > 0 && setOf(each) === wanted);
}

function isWhole({ unique, where }: Index): boolean {
  return unique && where === null;
}

function setOf(names: readonly string[]): string {
  return JSON.stringify([...new Set(names.map(foldName))].toSorted(compareNames));
}

/** DBML compares the columns of an end as a set. */
function described({ name, columns }: Endpoint): string {
  return JSON.stringify([name, columns.toSorted(compareNames)]);
}
