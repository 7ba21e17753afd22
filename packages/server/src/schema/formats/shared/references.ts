import { compareNames, foldName } from '../../identifier.ts';
import type { ForeignKey, Index, OrdinaryTable } from '../../model.ts';

/** A foreign key whose ends both exist, with columns named as declared. */
export interface Reference {
  readonly foreignKey: ForeignKey;
  readonly child: ReferenceEnd;
  readonly parent: ReferenceEnd;
  /** Whether a parent row has at most one child row. */
  readonly isOneToOne: boolean;
}

export interface ReferenceEnd {
  readonly table: OrdinaryTable;
  readonly columns: readonly string[];
}

/** The foreign keys of all tables, in order; `lost` are the tables of those that reference something missing. */
export function readReferences(tables: readonly OrdinaryTable[]): {
  readonly references: readonly Reference[];
  readonly lost: readonly OrdinaryTable[];
} {
  const byName = new Map(tables.map((table) => [foldName(table.name), table]));
  const references: Reference[] = [];
  const lost: OrdinaryTable[] = [];
  for (const table of tables) {
    for (const foreignKey of table.foreignKeys) {
      const reference = readReference(foreignKey, table, byName);
      if (reference === null) lost.push(table);
      else references.push(reference);
    }
  }
  return { references, lost };
}

function readReference(
  foreignKey: ForeignKey,
  table: OrdinaryTable,
  byName: ReadonlyMap<string, OrdinaryTable>,
): Reference | null {
  const parent = byName.get(foldName(foreignKey.referencedTable));
  if (parent === undefined || foreignKey.referencedColumns === null) return null;
  const own = columnsOf(table, foreignKey.columns);
  const referenced = columnsOf(parent, foreignKey.referencedColumns);
  if (own === null || referenced === null) return null;
  return {
    foreignKey,
    child: { table, columns: own },
    parent: { table: parent, columns: referenced },
    isOneToOne: isUnique(table, own),
  };
}

/** As declared; null if one is missing. */
function columnsOf({ columns }: OrdinaryTable, names: readonly string[]): readonly string[] | null {
  const found = names.map((name) => columns.find((column) => foldName(column.name) === foldName(name))?.name);
  const present = found.filter((name) => name !== undefined);
  return present.length === names.length ? present : null;
}

/** Whether a key has exactly these columns. */
export function isUnique(table: OrdinaryTable, columns: readonly string[]): boolean {
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
