import { readColumnDefinition } from './column-definition.ts';
import { readCreatePrefix } from './create-prefix.ts';
import { StatementReader } from './statement-reader.ts';
import { atTableConstraint, readTableConstraints } from './table-constraint.ts';
import type { TableDraft, TableText } from './table-text.ts';

/**
 * Reads a CREATE TABLE as sqlite_schema stores it, by the grammar of SQLite's parse.y.
 * @throws DdlSyntaxError where the text is none.
 */
export function readCreateTable(sql: string): TableText {
  const reader = new StatementReader(sql);
  readCreatePrefix(reader, 'TABLE');
  reader.expect('(');
  const table: TableDraft = {
    columns: [],
    primaryKey: null,
    uniques: [],
    checks: [],
    foreignKeys: [],
    clauses: [],
  };
  do {
    readColumnDefinition(reader, table);
  } while (reader.take(',') && !atTableConstraint(reader));
  readTableConstraints(reader, table);
  reader.expect(')');
  return table;
}
