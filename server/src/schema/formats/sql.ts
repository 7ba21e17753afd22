import { terminateStatement } from '../ddl/terminate-statement.ts';
import { compareNames, foldName } from '../identifier.ts';
import type { StoredObject, StoredSchema } from '../model.ts';
import { nameList } from '../name-list.ts';
import { orderTables } from '../table-order.ts';
import type { RenderedSchema, SchemaFormat } from './format.ts';

/**
 * The statements that make the schema again, each as sqlite_schema keeps it. Writing them anew from what the PRAGMAs
 * tell would lose STRICT, CHECK, COLLATE, conflict clauses and more.
 */
export const sqlFormat: SchemaFormat = {
  name: 'sql',
  contentType: 'application/sql; charset=utf-8',
  extension: 'sql',
  purpose: 'The statements that make the schema again, word for word.',
  losses: [],
  tier: 'stored',
  render: renderSql,
};

const HEADER = '-- The schema of a SQLite database. To make it again: sqlite3 new.db < schema.sql\n';

function renderSql(schema: StoredSchema): RenderedSchema {
  const objects = inLoadingOrder(schema);
  const joined: Named[] = [];
  const lines: string[] = [HEADER];
  // The encoding can be set only as long as there is nothing in the file. https://www.sqlite.org/pragma.html#pragma_encoding
  if (schema.encoding !== 'UTF-8') lines.push(`PRAGMA encoding = '${schema.encoding}';\n`);
  // No PRAGMA foreign_keys: no statement here depends on it, and whoever loads this keeps the setting they have.
  lines.push('BEGIN TRANSACTION;\n');
  for (const object of objects) {
    const statement = terminateStatement(object.sql);
    if (statement.joined) joined.push(object);
    lines.push(statement.text, '\n');
  }
  if (schema.userVersion !== 0) lines.push(`PRAGMA user_version = ${schema.userVersion};\n`);
  if (schema.applicationId !== 0) lines.push(`PRAGMA application_id = ${schema.applicationId};\n`);
  lines.push('COMMIT;\n');
  return { text: lines.join(''), warnings: warningsAbout(objects, joined) };
}

interface Named {
  readonly kind: string;
  readonly name: string;
}

/**
 * Tables come first, parents before children, so that any loader can take it. Views come before virtual tables, as a
 * module may read a view when its table is made (FTS4 with `content=` takes its columns from there); a view itself
 * needs nothing when it is made. Virtual tables keep the order they were made in, the only one known to work, and the
 * triggers of one table too, since SQLite fires them by it.
 */
function inLoadingOrder(schema: StoredSchema): readonly (StoredObject & Named)[] {
  const ordinary = schema.tables.filter((table) => table.kind === 'table');
  const virtual = schema.tables.filter((table) => table.kind === 'virtual');
  return [
    ...ofKind('table', orderTables(ordinary)),
    ...ofKind('view', schema.views).toSorted(byName),
    ...ofKind('virtual table', virtual),
    ...ofKind('index', schema.indexes).toSorted(byName),
    ...ofKind('trigger', schema.triggers).toSorted(byTable),
  ];
}

function ofKind(kind: string, objects: readonly StoredObject[]): readonly (StoredObject & Named)[] {
  return objects.map(({ name, table, sql }) => ({ kind, name, table, sql }));
}

function byName(a: Named, b: Named): number {
  return compareNames(a.name, b.name);
}

function byTable(a: StoredObject, b: StoredObject): number {
  return compareNames(foldName(a.table), foldName(b.table));
}

function warningsAbout(objects: readonly (StoredObject & Named)[], joined: readonly Named[]): string[] {
  const warnings: string[] = [];
  const carriageReturns = objects.filter((object) => object.sql.includes('\r\n'));
  if (carriageReturns.length > 0) {
    warnings.push(`the sqlite3 shell reads CR LF inside the SQL as LF: ${nameList(carriageReturns)}`);
  }
  if (joined.length > 0) {
    warnings.push(
      `a line of only "/" or "go" is joined to the line before, as the sqlite3 shell takes it for the end: ${nameList(joined)}`,
    );
  }
  const replaced = objects.filter((object) => object.sql.includes('\ufffd'));
  if (replaced.length > 0) {
    warnings.push(`text that is not valid Unicode may be written as U+FFFD: ${nameList(replaced)}`);
  }
  return warnings;
}
