import { readConflictClause } from './conflict-clause.ts';
import { readDeferral, readForeignKeyClause, readNames } from './foreign-key-clause.ts';
import { readIndexedTerms } from './indexed-terms.ts';
import type { StatementReader } from './statement-reader.ts';
import type { Clause, TableDraft } from './table-text.ts';

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
    const { start } = reader.token;
    const name = reader.take('CONSTRAINT') ? reader.name() : null;
    // A name may stand alone, and then names nothing.
    if (atTableConstraint(reader) && !reader.at('CONSTRAINT')) {
      const constraint = readConstraint(reader, table, name);
      table.clauses.push({ ...constraint, column: null, start, end: reader.lastEnd });
    }
    reader.take(',');
  }
}

type Constraint = Pick<Clause, 'kind' | 'columns'>;

function readConstraint(reader: StatementReader, table: TableDraft, name: string | null): Constraint {
  if (reader.take('CHECK')) {
    table.checks.push({ name, expression: reader.parenthesised() });
    readConflictClause(reader);
    return { kind: 'check', columns: [] };
  }
  if (reader.take('UNIQUE')) {
    const terms = readIndexedTerms(reader);
    table.uniques.push({ name, terms, onConflict: readConflictClause(reader) });
    return { kind: 'unique', columns: terms.map(({ column }) => column) };
  }
  if (reader.take('PRIMARY')) return readPrimaryKey(reader, table, name);
  return readForeignKey(reader, table, name);
}

function readPrimaryKey(reader: StatementReader, table: TableDraft, name: string | null): Constraint {
  reader.expect('KEY');
  // AUTOINCREMENT stands inside the parentheses, behind the last term.
  const terms = readIndexedTerms(reader);
  const autoincrement = terms.some((term) => term.autoincrement);
  table.primaryKey = { name, terms, onConflict: readConflictClause(reader), autoincrement };
  return { kind: 'primary_key', columns: terms.map(({ column }) => column) };
}

function readForeignKey(reader: StatementReader, table: TableDraft, name: string | null): Constraint {
  reader.expect('FOREIGN');
  reader.expect('KEY');
  const columns = readNames(reader);
  reader.expect('REFERENCES');
  const foreignKey = readForeignKeyClause(reader, name, columns);
  const not = reader.take('NOT');
  const deferred = not || reader.at('DEFERRABLE');
  table.foreignKeys.push(deferred ? { ...foreignKey, deferral: readDeferral(reader, not) } : foreignKey);
  return { kind: 'foreign_key', columns };
}
