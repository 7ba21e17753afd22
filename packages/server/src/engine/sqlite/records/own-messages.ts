import { foldName, isReservedName } from '../../../schema/identifier.ts';
import { readColumns } from '../introspection/column-facts.ts';
import { queryRows } from '../introspection/query-rows.ts';
import type { RecordDatabase } from '../rows/record-database.ts';

/**
 * Whether a message of SQLite about a write names nothing but these tables and views, their columns, indexes and CHECKs. A trigger or a
 * foreign key may write other tables, and SQLite's message then names these.
 */
export function namesOnly(database: RecordDatabase, tables: readonly string[], message: string): boolean {
  if (NAMELESS.has(message)) return true;
  const names = storedNames(database, tables);
  if (names.some((name) => OF_A_TABLE.some(([before, after]) => message === before + name + after)))
    return true;
  const [, reason, named = ''] = NAMING.exec(message) ?? [];
  switch (reason) {
    case undefined:
      return false;
    case 'CHECK constraint failed: ':
      return names.some((name) => isInText(database, name, named));
    case "UNIQUE constraint failed: index '":
      return names.some((name) => isIndexOf(database, name, named.slice(0, -1)));
    default:
      return names.some((name) => named.startsWith(`${name}.`) && areColumns(database, name, named));
  }
}

/** The names of the tables and views that exist among these, in any case. */
function storedNames({ connection }: RecordDatabase, tables: readonly string[]): readonly string[] {
  const sql = "SELECT name FROM main.sqlite_schema WHERE type IN ('table', 'view')";
  const limits = new Set(tables.map(foldName));
  const names = queryRows<[string]>(connection, sql).map(([name]) => name);
  return names.filter((name) => limits.has(foldName(name)) && !isReservedName(name));
}

const NAMELESS: ReadonlySet<string> = new Set([
  'constraint failed',
  'datatype mismatch',
  'integer overflow',
  'malformed JSON',
  'LIKE or GLOB pattern too complex',
  'too many levels of trigger recursion',
]);

const OF_A_TABLE: readonly (readonly [before: string, after: string])[] = [
  ['cannot modify ', ' because it is a view'],
  ['table ', ' may not be modified'],
];

/** What precedes the name of a CHECK, of an index or of columns. */
const NAMING =
  /^(CHECK constraint failed: |UNIQUE constraint failed: index '|(?:UNIQUE|NOT NULL) constraint failed: |cannot store \w+ value in \w+ column )([^]*)$/;

/** SQLite names a CHECK by its name or else by its text, as in the text of the table. */
function isInText({ connection }: RecordDatabase, name: string, check: string): boolean {
  const sql = "SELECT CAST(sql AS TEXT) FROM main.sqlite_schema WHERE type = 'table' AND name = ?";
  const [[text] = ['']] = queryRows<[string]>(connection, sql, [name]);
  return text.includes(check);
}

function isIndexOf({ connection }: RecordDatabase, name: string, index: string): boolean {
  const sql = "SELECT 1 FROM main.sqlite_schema WHERE type = 'index' AND name = ? AND tbl_name = ?";
  return queryRows(connection, sql, [index, name]).length > 0;
}

/** `t.a, t.b`. Names may contain commas and dots, so the columns of a table are removed one after another, long names first. */
function areColumns({ connection }: RecordDatabase, table: string, named: string): boolean {
  const names = readColumns(connection, table).map(({ name }) => name);
  const columns = [...names, 'rowid']
    .map((name) => `${table}.${name}`)
    .toSorted((a, b) => b.length - a.length);
  let rest = `, ${named}`;
  while (rest !== '') {
    const first = columns.find((column) => rest.startsWith(`, ${column}`));
    if (first === undefined) return false;
    rest = rest.slice(first.length + 2);
  }
  return true;
}

/** Whether a text names a table, view, index or trigger of other tables than these, in any case. */
export function namesOthers(database: RecordDatabase, tables: readonly string[], text: string): boolean {
  const own = new Set(tables.map(foldName));
  const objects = queryRows<[string, string]>(
    database.connection,
    'SELECT name, tbl_name FROM main.sqlite_schema',
  );
  const folded = foldName(text);
  return objects.some(([name, table]) => !own.has(foldName(table)) && hasWord(folded, foldName(name)));
}

function hasWord(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at !== -1; at = text.indexOf(word, at + 1)) {
    if (!WORD_BEFORE.test(text.slice(0, at)) && !WORD_AFTER.test(text.slice(at + word.length))) return true;
  }
  return false;
}

const WORD_BEFORE = /[\p{L}\p{N}_]$/u;
const WORD_AFTER = /^[\p{L}\p{N}_]/u;
