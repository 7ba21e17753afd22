import type { DatabaseSync } from 'node:sqlite';

import { sqlFormat } from '../../../schema/formats/sql.ts';
import { nameList } from '../../../schema/name-list.ts';
import type { ImportWarning } from '../../engine.ts';
import { renderSchemaExport } from '../exports/schema/render-schema.ts';
import { queryRows } from '../introspection/query-rows.ts';
import { OWN_NAMES } from '../tables/metadata-tables.ts';
import { shortened } from '../values/shortened.ts';
import { unusableObjectWarnings } from './unusable-objects.ts';

/** Warnings about a sound database. `tables` are its ordinary tables. */
export function importWarnings(database: DatabaseSync, tables: readonly string[]): readonly ImportWarning[] {
  return [
    ...keyWarnings(database, tables),
    ...reservedNameWarnings(database),
    ...referenceWarnings(database),
    ...unusableObjectWarnings(database),
    ...ddlWarnings(database),
  ];
}

function keyWarnings(database: DatabaseSync, tables: readonly string[]): readonly ImportWarning[] {
  const primaryKey = database.prepare('SELECT 1 FROM pragma_table_xinfo(?) WHERE pk > 0 LIMIT 1');
  const keyless = tables.filter((table) => primaryKey.get(table) === undefined);
  if (keyless.length === 0) return [];
  const message = `Tables without a primary key; their rows are addressed by rowid: ${listed(keyless)}.`;
  return [{ code: 'table_without_primary_key', message }];
}

/** The service stores its own data in tables with such names and hides them. */
function reservedNameWarnings(database: DatabaseSync): readonly ImportWarning[] {
  const reserved = queryRows<[string]>(
    database,
    `SELECT name FROM main.sqlite_schema WHERE type IN ('table', 'view') AND name LIKE '\\_rowhouse\\_%' ESCAPE '\\'`,
  );
  const unknownReserved = reserved.map(([name]) => name).filter((name) => !OWN_NAMES.includes(name));
  if (unknownReserved.length === 0) return [];
  const message = `Names that start with _rowhouse_ are reserved, so these objects are hidden: ${listed(unknownReserved)}.`;
  return [{ code: 'reserved_names', message }];
}

function referenceWarnings(database: DatabaseSync): readonly ImportWarning[] {
  try {
    const violations = database.prepare('SELECT DISTINCT "table" FROM pragma_foreign_key_check').all();
    const tables = violations.map((row) => String(row['table']));
    return tables.length === 0
      ? []
      : [referenceWarning(`Rows reference rows that do not exist, in ${listed(tables)}.`)];
  } catch (error) {
    // A foreign key that names no key of its parent cannot be checked, and every write that it affects fails.
    return [
      referenceWarning(
        `Foreign keys cannot be checked: ${shortened(error instanceof Error ? error.message : String(error))}.`,
      ),
    ];
  }
}

function referenceWarning(message: string): ImportWarning {
  return { code: 'foreign_key_violations', message };
}

function ddlWarnings(database: DatabaseSync): readonly ImportWarning[] {
  const { warnings } = renderSchemaExport(database, sqlFormat);
  return warnings.map((warning) => ({ code: 'schema_not_portable', message: `${warning}.` }));
}

function listed(tables: readonly string[]): string {
  return nameList(tables.map((name) => ({ kind: 'table', name })));
}
