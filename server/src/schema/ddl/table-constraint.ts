import { readConflictClause } from './conflict-clause.ts';
import { readDeferral, readForeignKeyClause, readNames } from './foreign-key-clause.ts';
import { readIndexedTerms } from './indexed-terms.ts';
import type { StatementReader } from './statement-reader.ts';
import type { TableDraft } from './table-text.ts';

/** None of these words can be the name of a column unless it is quoted. */
export function atTableConstraint(reader: StatementReader): boolean {
  return CONSTRAINT_STARTS.has(reader.word);
}

const CONSTRAINT_STARTS: ReadonlySet<string> = new Set([
  'CONSTRAINT',
  'PRIMARY',
  'UNIQUE',
  'CHECK',
  'FOREIGN',
]);

/** Reads the constraints behind the last column; SQLite lets the commas between them go. */
export function readTableConstraints(reader: StatementReader, table: TableDraft): void {
  while (atTableConstraint(reader)) {
    const name = reader.take('CONSTRAINT') ? reader.name() : null;
    // A name may stand alone, and then names nothing.
    if (atTableConstraint(reader) && !reader.at('CONSTRAINT')) readConstraint(reader, table, name);
    reader.take(',');
  }
}

function readConstraint(reader: StatementReader, table: TableDraft, name: string | null): void {
  if (reader.take('CHECK')) {
    table.checks.push({ name, expression: reader.parenthesised() });
    readConflictClause(reader);
  } else if (reader.take('UNIQUE')) {
    table.uniques.push({ name, terms: readIndexedTerms(reader), onConflict: readConflictClause(reader) });
  } else if (reader.take('PRIMARY')) readPrimaryKey(reader, table, name);
  else readForeignKey(reader, table, name);
}

function readPrimaryKey(reader: StatementReader, table: TableDraft, name: string | null): void {
  reader.expect('KEY');
  // AUTOINCREMENT stands inside the parentheses, behind the last term.
  const terms = readIndexedTerms(reader);
  const autoincrement = terms.some((term) => term.autoincrement);
  table.primaryKey = { name, terms, onConflict: readConflictClause(reader), autoincrement };
}

function readForeignKey(reader: StatementReader, table: TableDraft, name: string | null): void {
  reader.expect('FOREIGN');
  reader.expect('KEY');
  const columns = readNames(reader);
  reader.expect('REFERENCES');
  const foreignKey = readForeignKeyClause(reader, name, columns);
  const not = reader.take('NOT');
  const deferred = not || reader.at('DEFERRABLE');
  table.foreignKeys.push(deferred ? { ...foreignKey, deferral: readDeferral(reader, not) } : foreignKey);
}
