import type { ConflictAction } from '../model.ts';
import { readConflictClause } from './conflict-clause.ts';
import { readDeferral, readForeignKeyClause } from './foreign-key-clause.ts';
import { DdlSyntaxError, type StatementReader } from './statement-reader.ts';
import type { ClauseKind, TableDraft } from './table-text.ts';

/** Parses one column with its constraints into `table`. https://www.sqlite.org/syntax/column-def.html */
export function readColumnDefinition(reader: StatementReader, table: TableDraft): void {
  const column: ColumnDraft = {
    name: reader.name(),
    ...readType(reader),
    notNullOnConflict: null,
    collation: null,
    generated: null,
  };
  const position = table.columns.push(column) - 1;
  while (!reader.at(',') && !reader.at(')')) {
    const { start } = reader.token;
    const name = reader.take('CONSTRAINT') ? reader.name() : null;
    // A constraint name may stand without a constraint and then has no meaning.
    if (!reader.at(',') && !reader.at(')') && !reader.at('CONSTRAINT')) {
      const kind = readConstraint(reader, table, column, name);
      table.clauses.push({ kind, column: position, columns: [column.name], start, end: reader.lastEnd });
    }
  }
}

interface ColumnDraft {
  readonly name: string;
  readonly typeStart: number;
  readonly typeEnd: number;
  notNullOnConflict: ConflictAction | null;
  collation: string | null;
  generated: string | null;
}

/** Words that an unquoted type name cannot contain. It may end in `GENERATED ALWAYS`, which SQLite removes. */
const CONSTRAINT_STARTS: ReadonlySet<string> = new Set(
  'CONSTRAINT DEFAULT NULL NOT PRIMARY UNIQUE CHECK REFERENCES COLLATE AS DEFERRABLE'.split(' '),
);

function readType(reader: StatementReader): { readonly typeStart: number; readonly typeEnd: number } {
  const nameEnd = reader.lastEnd;
  const { start } = reader.token;
  skipType(reader);
  return { typeStart: reader.lastEnd === nameEnd ? nameEnd : start, typeEnd: reader.lastEnd };
}

function skipType(reader: StatementReader): void {
  while (reader.kind === 'quoted' || reader.kind === 'string' || reader.kind === 'word') {
    if (CONSTRAINT_STARTS.has(reader.word)) return;
    reader.advance();
  }
  if (reader.at('(')) reader.parenthesised();
}

function readConstraint(
  reader: StatementReader,
  table: TableDraft,
  column: ColumnDraft,
  name: string | null,
): ClauseKind {
  if (reader.take('NOT')) return readNot(reader, table, column);
  if (reader.take('NULL')) {
    readConflictClause(reader);
    return 'null';
  }
  if (reader.take('PRIMARY')) return readPrimaryKey(reader, table, column, name);
  if (reader.take('UNIQUE')) {
    table.uniques.push({ name, terms: [ascending(column)], onConflict: readConflictClause(reader) });
    return 'unique';
  }
  if (reader.take('CHECK')) {
    table.checks.push({ name, expression: reader.parenthesised() });
    return 'check';
  }
  if (reader.take('DEFAULT')) return skipDefault(reader);
  if (reader.take('COLLATE')) {
    column.collation = reader.name();
    return 'collate';
  }
  if (reader.take('REFERENCES')) {
    table.foreignKeys.push(readForeignKeyClause(reader, name, [column.name]));
    return 'foreign_key';
  }
  if (reader.at('DEFERRABLE')) return defer(reader, table, false);
  if (reader.at('GENERATED') || reader.at('AS')) return readGenerated(reader, column);
  throw new DdlSyntaxError(`expected a column constraint at ${reader.token.start}`);
}

function readNot(reader: StatementReader, table: TableDraft, column: ColumnDraft): ClauseKind {
  if (reader.at('DEFERRABLE')) return defer(reader, table, true);
  reader.expect('NULL');
  column.notNullOnConflict = readConflictClause(reader);
  return 'not_null';
}

function readPrimaryKey(
  reader: StatementReader,
  table: TableDraft,
  column: ColumnDraft,
  name: string | null,
): ClauseKind {
  reader.expect('KEY');
  const order = reader.takeOne(['ASC', 'DESC']) ?? 'ASC';
  const onConflict = readConflictClause(reader);
  const autoincrement = reader.take('AUTOINCREMENT');
  table.primaryKey = { name, terms: [{ ...ascending(column), order }], onConflict, autoincrement };
  return 'primary_key';
}

function ascending(column: ColumnDraft): { column: string; collation: null; order: 'ASC' } {
  return { column: column.name, collation: null, order: 'ASC' };
}

/** The value comes from PRAGMA table_xinfo. */
function skipDefault(reader: StatementReader): ClauseKind {
  if (reader.at('(')) {
    reader.parenthesised();
  } else {
    reader.takeOne(['+', '-']);
    reader.advance();
  }
  return 'default';
}

/** For SQLite, deferral is a separate constraint that applies to the foreign key before it. Without one it has no effect. */
function defer(reader: StatementReader, table: TableDraft, not: boolean): ClauseKind {
  const deferral = readDeferral(reader, not);
  const last = table.foreignKeys.pop();
  if (last !== undefined) table.foreignKeys.push({ ...last, deferral });
  return 'deferral';
}

function readGenerated(reader: StatementReader, column: ColumnDraft): ClauseKind {
  if (reader.take('GENERATED')) reader.expect('ALWAYS');
  reader.expect('AS');
  column.generated = reader.parenthesised();
  reader.takeOne(['VIRTUAL', 'STORED']);
  return 'generated';
}
