import type { DatabaseSync } from 'node:sqlite';

import type { StoredObject, StoredSchema, StoredTable } from '../../../../schema/model.ts';
import { openDatabase } from '../../connection/open-database.ts';
import { queryRows } from '../../introspection/query-rows.ts';

export interface NamedObject {
  readonly kind: 'table' | 'index';
  readonly name: string;
}

/**
 * The tables and indexes that are valid only if SQLite accepts `"text"` as a string. They stay readable in the file, but their
 * statements do not load where that is off, as in newer builds and in this service.
 * Each text with a `"` is compiled in an empty scratch database, with the feature off and, if that fails, with it on.
 * https://www.sqlite.org/quirks.html#double_quoted_string_literals_are_accepted
 */
export function findDoubleQuotedStrings(
  database: DatabaseSync,
  schema: StoredSchema,
): readonly NamedObject[] {
  const suspectIndexes = groupByTable(indexesWithQuotedExpressions(database, schema));
  const suspects = schema.tables.filter(
    (table) => hasQuotedExpression(table) || suspectIndexes.has(table.name),
  );
  if (suspects.length === 0) return [];
  const scratch = {
    off: openDatabase(':memory:', { mode: 'read-write' }),
    on: openDatabase(':memory:', { mode: 'read-write', doubleQuotedStrings: true }),
  };
  try {
    return suspects.flatMap((table) => findInTable(scratch, table, suspectIndexes.get(table.name) ?? []));
  } finally {
    scratch.off.close();
    scratch.on.close();
  }
}

/**
 * A quick first check, because many tools quote every name: in CREATE TABLE only an expression can contain a string, and expressions
 * follow CHECK, AS and DEFAULT. A comment may stand between DEFAULT and its parenthesis.
 */
function hasQuotedExpression(table: StoredTable): boolean {
  return table.kind === 'table' && table.sql.includes('"') && EXPRESSION_STARTS.test(table.sql);
}

const EXPRESSION_STARTS = /\bcheck\b|\bas\b|\bdefault\s*[(/-]/i;

/** Only indexes on an expression or with a WHERE are left: a `"name"` of a column is no string. */
function indexesWithQuotedExpressions(database: DatabaseSync, schema: StoredSchema): readonly StoredObject[] {
  const quoted = schema.indexes.filter((index) => index.sql.includes('"'));
  if (quoted.length === 0) return [];
  const rows = queryRows<[string]>(
    database,
    `SELECT DISTINCT m.name FROM main.sqlite_schema m JOIN pragma_index_xinfo(m.name, 'main') x
     WHERE m.type = 'index' AND instr(m.sql, '"') > 0 AND x.key AND x.cid = ${EXPRESSION_TERM}`,
  );
  const onExpression = new Set(rows.map(([name]) => name));
  return quoted.filter((index) => onExpression.has(index.name) || /\bwhere\b/i.test(index.sql));
}

/** https://www.sqlite.org/pragma.html#pragma_index_xinfo */
const EXPRESSION_TERM = -2;

/** Two connections to equal empty databases, with double-quoted strings on and off. */
interface Scratch {
  readonly off: DatabaseSync;
  readonly on: DatabaseSync;
}

function findInTable(
  scratch: Scratch,
  table: StoredObject,
  indexes: readonly StoredObject[],
): readonly NamedObject[] {
  // Compiling a statement changes nothing. Only an index needs its table to exist.
  if (!compiles(scratch.off, table.sql)) {
    return compiles(scratch.on, table.sql) ? [{ kind: 'table', name: table.name }] : [];
  }
  if (indexes.length === 0) return [];
  const failing = withTable(scratch.off, table, () =>
    indexes.filter((index) => !compiles(scratch.off, index.sql)),
  );
  if (failing.length === 0) return [];
  return withTable(scratch.on, table, () =>
    failing
      .filter((index) => compiles(scratch.on, index.sql))
      .map((index) => ({ kind: 'index', name: index.name })),
  );
}

function withTable<Result>(database: DatabaseSync, table: StoredObject, run: () => Result): Result {
  database.exec('BEGIN');
  try {
    database.prepare(table.sql).run();
    return run();
  } finally {
    database.exec('ROLLBACK');
  }
}

function compiles(database: DatabaseSync, sql: string): boolean {
  try {
    database.prepare(sql);
    return true;
  } catch {
    // It does not compile. Other errors in the text also occur with double-quoted strings on.
    return false;
  }
}

function groupByTable(objects: readonly StoredObject[]): ReadonlyMap<string, readonly StoredObject[]> {
  const groups = new Map<string, StoredObject[]>();
  for (const object of objects) {
    const group = groups.get(object.table);
    if (group === undefined) groups.set(object.table, [object]);
    else group.push(object);
  }
  return groups;
}
