import { foldName, quoteIdentifier } from '../../identifier.ts';
import type { ForeignKey } from '../../model.ts';
import type { Plan, PlannedColumn, PlannedTable } from './plan.ts';

/** The unique keys of each table, by its PostgreSQL name, as returned by keyOf(). */
export type UniqueKeys = ReadonlyMap<string, ReadonlySet<string>>;

/** A set of columns as a text. */
export function keyOf(columns: readonly string[]): string {
  return columns.toSorted().map(quoteIdentifier).join(',');
}

/** The clause after the constraint's name, or the reason why PostgreSQL would refuse it. */
export type ForeignKeyClause =
  | { readonly kind: 'clause'; readonly sql: string }
  | { readonly kind: 'left-out'; readonly reason: string };

/** https://www.postgresql.org/docs/15/sql-createtable.html, REFERENCES */
export function foreignKeyClause(
  foreignKey: ForeignKey,
  table: PlannedTable,
  generated: ReadonlySet<PlannedColumn>,
  plan: Plan,
  uniqueKeys: UniqueKeys,
): ForeignKeyClause {
  const parent = plan.byName.get(foldName(foreignKey.referencedTable));
  if (parent === undefined || foreignKey.referencedColumns === null)
    return leftOut('the referenced table or key does not exist');
  const columns = planned(foreignKey.columns, table);
  const referenced = planned(foreignKey.referencedColumns, parent);
  if (columns === null || referenced === null) return leftOut('a column is missing');
  const names = referenced.map(({ name }) => name);
  if (new Set(names).size < names.length || new Set(columns).size < columns.length) {
    return leftOut('a column is named twice');
  }
  if (uniqueKeys.get(parent.name)?.has(keyOf(names)) !== true)
    return leftOut('the referenced columns are not unique');
  if (columns.some((column, position) => column.type.family !== referenced[position]?.type.family)) {
    return leftOut('the types differ');
  }
  if (columns.some((column) => generated.has(column)) && changesColumns(foreignKey)) {
    return leftOut('its action would change a generated column');
  }
  return { kind: 'clause', sql: clause(foreignKey, columns, parent, names) };
}

function leftOut(reason: string): ForeignKeyClause {
  return { kind: 'left-out', reason };
}

function planned(names: readonly string[], table: PlannedTable): readonly PlannedColumn[] | null {
  const columns = names
    .map((name) => table.byName.get(foldName(name)))
    .filter((column) => column !== undefined);
  return columns.length === names.length ? columns : null;
}

function changesColumns({ onDelete, onUpdate }: ForeignKey): boolean {
  const sets = [onDelete, onUpdate].some((action) => action === 'SET NULL' || action === 'SET DEFAULT');
  return sets || onUpdate === 'CASCADE';
}

const DEFERRALS: Readonly<Record<ForeignKey['deferral'], string>> = {
  'NOT DEFERRABLE': '',
  'INITIALLY IMMEDIATE': ' DEFERRABLE',
  'INITIALLY DEFERRED': ' DEFERRABLE INITIALLY DEFERRED',
};

function clause(
  { onDelete, onUpdate, deferral }: ForeignKey,
  columns: readonly PlannedColumn[],
  parent: PlannedTable,
  referenced: readonly string[],
): string {
  const own = columns.map(({ name }) => quoteIdentifier(name)).join(', ');
  const target = `${quoteIdentifier(parent.name)} (${referenced.map(quoteIdentifier).join(', ')})`;
  const actions =
    (onDelete === 'NO ACTION' ? '' : ` ON DELETE ${onDelete}`) +
    (onUpdate === 'NO ACTION' ? '' : ` ON UPDATE ${onUpdate}`);
  return `FOREIGN KEY (${own}) REFERENCES ${target}${actions}${DEFERRALS[deferral]}`;
}
