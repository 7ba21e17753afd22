import { foldName, quoteIdentifier } from '../../identifier.ts';
import type { Column, OrdinaryTable, PrimaryKey, Unique } from '../../model.ts';
import type { LeftOut } from './left-out.ts';
import type { PlannedTable } from './plan.ts';

/** The options, collations and conflict clauses of a table, its columns and its keys, which PostgreSQL does not have. */
export function leftOutOptions(planned: PlannedTable): readonly LeftOut[] {
  const { table } = planned;
  const { withoutRowid, columns, primaryKey, uniques } = table;
  const keys = primaryKey === null ? uniques : [primaryKey, ...uniques];
  return [
    // Every PostgreSQL table corresponds to a STRICT table.
    ...(withoutRowid ? [{ kind: 'option of table', name: table.name, text: 'WITHOUT ROWID' }] : []),
    ...columns.flatMap((column) => leftOutOfColumn(table, column)),
    ...keys.flatMap((key) => leftOutOfKey(planned, key)),
  ];
}

function leftOutOfColumn(
  table: OrdinaryTable,
  { name: column, collation, notNullOnConflict }: Column,
): readonly LeftOut[] {
  const name = `${table.name}.${column}`;
  const leftOut: LeftOut[] = [];
  if (collation !== 'BINARY') leftOut.push({ kind: 'collation of column', name, text: collation });
  if (notNullOnConflict !== null) {
    const text = `NOT NULL ON CONFLICT ${notNullOnConflict}`;
    leftOut.push({ kind: 'conflict clause of column', name, text });
  }
  return leftOut;
}

function leftOutOfKey({ table, byName }: PlannedTable, key: PrimaryKey | Unique): readonly LeftOut[] {
  const { name } = table;
  const columns = `(${key.columns.map((column) => quoteIdentifier(column.name)).join(', ')})`;
  const leftOut: LeftOut[] = [];
  if (key.onConflict !== null) {
    const text = `${columns} ON CONFLICT ${key.onConflict}`;
    leftOut.push({ kind: 'conflict clause of table', name, text });
  }
  for (const { name: column, collation } of key.columns) {
    // A collation that the column has, too, is listed with the column.
    if (collation === 'BINARY' || collation === byName.get(foldName(column))?.column.collation) continue;
    const text = `${columns}: ${quoteIdentifier(column)} ${collation}`;
    leftOut.push({ kind: 'collation of key', name, text });
  }
  return leftOut;
}
