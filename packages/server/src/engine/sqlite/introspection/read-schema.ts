import type { DatabaseSync } from 'node:sqlite';

import { readCreateTable } from '../../../schema/ddl/create-table.ts';
import { readCreateTrigger } from '../../../schema/ddl/create-trigger.ts';
import { readCreateVirtualTable } from '../../../schema/ddl/create-virtual-table.ts';
import { compareNames, foldName } from '../../../schema/identifier.ts';
import type {
  Schema,
  StoredObject,
  StoredSchema,
  StoredTable,
  Table,
  Trigger,
} from '../../../schema/model.ts';
import { readAllColumns } from './column-facts.ts';
import { readAllForeignKeys } from './foreign-key-facts.ts';
import { incomputableColumns } from './incomputable-columns.ts';
import { type OpenColumns, readOpenColumns } from './open-columns.ts';
import { readStoredSchema } from './read-stored-schema.ts';
import { schemaIndexes } from './schema-indexes.ts';
import { schemaTable } from './schema-table.ts';
import { readTablesWithOptions } from './table-facts.ts';
import { UnreadObjects } from './unread-objects.ts';

/**
 * Returns the whole schema: from the PRAGMAs where they answer, and from the stored text otherwise. Call it inside a
 * transaction, because it runs several queries. A view or table that SQLite cannot read is listed with the known parts.
 */
export function readSchema(database: DatabaseSync): Schema {
  // The full schema reads foreign keys with all that belongs to them.
  const stored = readStoredSchema(database, new Map());
  const unread = new UnreadObjects();
  const open = readOpenColumns(database, stored);
  const views = stored.views.map(({ name, sql }) => ({ name, columns: open.ofView(name), sql }));
  return {
    encoding: stored.encoding,
    userVersion: stored.userVersion,
    applicationId: stored.applicationId,
    tables: readTables(database, stored, open, unread),
    views: views.toSorted(byName),
    triggers: readTriggers(stored.triggers, unread),
    unread: unread.list,
  };
}

function readTables(
  database: DatabaseSync,
  stored: StoredSchema,
  open: OpenColumns,
  unread: UnreadObjects,
): readonly Table[] {
  const columns = readAllColumns(database);
  const incomputable = [...columns].map(
    ([table, each]) => [table, incomputableColumns(database, table, each)] as const,
  );
  const facts = {
    columns,
    incomputable: new Map(incomputable),
    foreignKeys: readAllForeignKeys(database, columns),
    indexes: schemaIndexes(database, stored.indexes, unread),
    options: readTablesWithOptions(database),
  };
  return stored.tables
    .map((table): Table => {
      if (table.kind === 'virtual') return virtualTable(table, open, unread);
      const text = unread.attempt('table', table.name, () => readCreateTable(table.sql));
      return schemaTable(table, facts, text, unread);
    })
    .toSorted(byName);
}

function virtualTable({ name, sql }: StoredTable, open: OpenColumns, unread: UnreadObjects): Table {
  const text = unread.attempt('table', name, () => readCreateVirtualTable(sql));
  const { module, arguments: texts } = text ?? { module: '', arguments: [] };
  return { kind: 'virtual', name, module, arguments: texts, columns: open.ofVirtualTable(name), sql };
}

function readTriggers(stored: readonly StoredObject[], unread: UnreadObjects): readonly Trigger[] {
  const counts = new Map<string, number>();
  return stored
    .map(({ name, table, sql }) => {
      const order = (counts.get(foldName(table)) ?? 0) + 1;
      counts.set(foldName(table), order);
      const parts = unread.attempt('trigger', name, () => readCreateTrigger(sql));
      return { name, table, order, parts, sql };
    })
    .toSorted(byName);
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return compareNames(a.name, b.name);
}
