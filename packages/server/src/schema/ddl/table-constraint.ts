import { readConflictClause } from './conflict-clause.ts';
import { readDeferral, readForeignKeyClause, readNames } from './foreign-key-clause.ts';
import { readIndexedTerms } from './indexed-terms.ts';
import type { StatementReader } from './statement-reader.ts';
import type { Clause, TableDraft } from './table-text.ts';

/** None of these words can be an unquoted column name. */
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

/** Parses the constraints after the last column. SQLite does not require commas between them. */
export function readTableConstraints(reader: StatementReader, table: TableDraft): void {
  while (atTableConstraint(reader)) {
    const { start } = reader.token;
    const name = reader.take('CONSTRAINT') ? reader.name() : null;
    // A constraint name may stand without a constraint and then has no meaning.
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
  // AUTOINCREMENT is inside the parentheses, after the last term.
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
