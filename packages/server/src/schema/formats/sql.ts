import { terminateStatement } from '../ddl/terminate-statement.ts';
import { compareNames, foldName } from '../identifier.ts';
import type { StoredObject, StoredSchema } from '../model.ts';
import { nameList } from '../name-list.ts';
import { orderTables } from '../table-order.ts';
import type { RenderedSchema, SchemaFormat } from './format.ts';

/**
 * The statements that recreate the schema, each as stored in sqlite_schema. Statements built from the results of PRAGMAs would lose
 * STRICT, CHECK, COLLATE, conflict clauses and more.
 */
export const sqlFormat = {
  name: 'sql',
  contentType: 'application/sql; charset=utf-8',
  extension: 'sql',
  purpose: 'The stored statements that recreate the schema, unchanged.',
  losses: [],
  tier: 'stored',
  render: renderSql,
} satisfies SchemaFormat;

const HEADER = '-- The schema of a SQLite database. To recreate it: sqlite3 new.db < schema.sql\n';

function renderSql(schema: StoredSchema): RenderedSchema {
  const { encoding, beforeRows, afterRows, warnings } = sqlSections(schema);
  // No PRAGMA foreign_keys: no statement here depends on it, so the loader's setting stays.
  return { text: `${HEADER}${encoding}BEGIN TRANSACTION;\n${beforeRows}${afterRows}COMMIT;\n`, warnings };
}

/** The statements of a schema as text, in sections between which rows can be inserted. */
export interface SqlSections {
  /** It can be set only in an empty file and outside a transaction. https://www.sqlite.org/pragma.html#pragma_encoding */
  readonly encoding: string;
  /** Tables, and the views that virtual tables may read. */
  readonly beforeRows: string;
  /** Indexes, which are created faster after the rows, and triggers, which must not fire for the inserted rows. */
  readonly afterRows: string;
  readonly warnings: readonly string[];
}

export function sqlSections(schema: StoredSchema): SqlSections {
  const { beforeRows, afterRows } = inLoadingOrder(schema);
  const joined: Named[] = [];
  const textOf = (objects: readonly (StoredObject & Named)[]) => {
    const statements = objects.map((object) => ({ object, ...terminateStatement(object.sql) }));
    joined.push(...statements.filter((statement) => statement.joined).map(({ object }) => object));
    return statements.map(({ text }) => `${text}\n`).join('');
  };
  const userVersion = schema.userVersion === 0 ? '' : `PRAGMA user_version = ${schema.userVersion};\n`;
  const applicationId =
    schema.applicationId === 0 ? '' : `PRAGMA application_id = ${schema.applicationId};\n`;
  return {
    encoding: schema.encoding === 'UTF-8' ? '' : `PRAGMA encoding = '${schema.encoding}';\n`,
    beforeRows: textOf(beforeRows),
    afterRows: textOf(afterRows) + userVersion + applicationId,
    warnings: warningsAbout([...beforeRows, ...afterRows], joined),
  };
}

interface Named {
  readonly kind: string;
  readonly name: string;
}

/**
 * Tables come first, parents before children, so that any loader accepts them. Views come before virtual tables, because a module may
 * read a view when its table is created (FTS4 with `content=` takes its columns from there); creating a view requires nothing. Virtual
 * tables keep their creation order, the only one known to work. So do the triggers of a table: it is their firing order.
 */
function inLoadingOrder(
  schema: StoredSchema,
): Record<'beforeRows' | 'afterRows', readonly (StoredObject & Named)[]> {
  const ordinary = schema.tables.filter((table) => table.kind === 'table');
  const virtual = schema.tables.filter((table) => table.kind === 'virtual');
  return {
    beforeRows: [
      ...ofKind('table', orderTables(ordinary)),
      ...ofKind('view', schema.views).toSorted(byName),
      ...ofKind('virtual table', virtual),
    ],
    afterRows: [
      ...ofKind('index', schema.indexes).toSorted(byName),
      ...ofKind('trigger', schema.triggers).toSorted(byTable),
    ],
  };
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
      `a line of only "/" or "go" is joined to the previous line, because the sqlite3 shell reads it as the end of a statement: ${nameList(joined)}`,
    );
  }
  const replaced = objects.filter((object) => object.sql.includes('\ufffd'));
  if (replaced.length > 0) {
    warnings.push(`text that is not valid Unicode may be written as U+FFFD: ${nameList(replaced)}`);
  }
  return warnings;
}
