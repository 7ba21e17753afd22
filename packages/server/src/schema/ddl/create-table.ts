import { readColumnDefinition } from './column-definition.ts';
import { readCreatePrefix } from './create-prefix.ts';
import { StatementReader } from './statement-reader.ts';
import { atTableConstraint, readTableConstraints } from './table-constraint.ts';
import type { TableDraft, TableText } from './table-text.ts';

/**
 * Parses a CREATE TABLE as stored in sqlite_schema, with the grammar of SQLite's parse.y.
 * @throws DdlSyntaxError if the text is not a CREATE TABLE.
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
