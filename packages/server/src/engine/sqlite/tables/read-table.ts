import type { DatabaseSync } from 'node:sqlite';

import { foldName } from '../../../schema/identifier.ts';
import type { StoredTable } from '../../../schema/model.ts';
import { rowidAliasIn } from '../../../schema/rowid-alias.ts';
import { storageKindOf } from '../../../schema/storage-kind.ts';
import type { ColumnEntry, ForeignKeyEntry, TableDetails, TableEntry } from '../../project-tables.ts';
import { readForeignKeys } from '../introspection/foreign-key-facts.ts';
import { readTableFacts } from '../introspection/table-facts.ts';
import { readDefault } from './column-default.ts';
import { findTable } from './find-table.ts';
import { columnMetadata, hasMetadata, tableMetadata } from './metadata.ts';
import { indexesOf, type TableIndex } from './table-indexes.ts';
import { columnsOf } from './visible-columns.ts';

/**
 * Returns everything that a client sees of a table; null if it or a column has no id yet. Call it inside a transaction.
 * @throws RowhouseError `not_found`.
 */
export function readTable(database: DatabaseSync, nameOrId: string): TableDetails | null {
  const stored = findTable(database, nameOrId);
  const metadata = hasMetadata(database) ? tableMetadata(database, stored.name) : null;
  if (metadata === null) return null;
  const table: TableEntry = { name: stored.name, ...metadata };
  const indexes = indexesOf(database, stored);
  const columns = readColumnEntries(database, { stored, id: table.id, indexes });
  if (columns === null) return null;
  return { table, columns, indexes, foreignKeys: foreignKeysOf(database, stored) };
}

interface TableParts {
  readonly stored: StoredTable;
  readonly id: number;
  readonly indexes: readonly TableIndex[];
}

function readColumnEntries(database: DatabaseSync, parts: TableParts): readonly ColumnEntry[] | null {
  const facts = columnsOf(database, parts.stored);
  const rowidAlias = rowidAliasIn({ columns: facts, indexes: parts.indexes });
  const strict = readTableFacts(database, parts.stored.name)?.strict === true;
  const entries = facts.map((column): ColumnEntry | null => {
    const metadata = columnMetadata(database, parts.id, column.name);
    if (metadata === null) return null;
    const { defaultValue, defaultExpression } = readDefault(
      column.defaultSql,
      storageKindOf(column.declaredType, strict),
    );
    return {
      id: metadata.id,
      tableName: parts.stored.name,
      name: column.name,
      type: column.declaredType,
      nullable: !column.notNull && column !== rowidAlias,
      defaultValue,
      defaultExpression,
      primary: column.primaryKeyPosition !== null,
      unique: column === rowidAlias || parts.indexes.some((index) => makesUnique(index, column.name)),
      createdAt: metadata.createdAt,
      updatedAt: metadata.updatedAt,
    };
  });
  return entries.every((entry) => entry !== null) ? entries : null;
}

/** Returns whether an index makes the values of this column unique. */
export function makesUnique(index: TableIndex, column: string): boolean {
  const [only, ...others] = index.columnNames;
  return (
    index.unique &&
    !index.partial &&
    others.length === 0 &&
    typeof only === 'string' &&
    foldName(only) === foldName(column)
  );
}

function foreignKeysOf(database: DatabaseSync, table: StoredTable): readonly ForeignKeyEntry[] {
  return readForeignKeys(database, table.name).map((foreignKey) => ({
    columns: foreignKey.columns,
    referencesTable: foreignKey.referencedTable,
    referencesColumns: foreignKey.referencedColumns,
    onDelete: foreignKey.onDelete,
    onUpdate: foreignKey.onUpdate,
  }));
}
