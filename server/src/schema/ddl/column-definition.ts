import type { ConflictAction } from '../model.ts';
import { readConflictClause } from './conflict-clause.ts';
import { readDeferral, readForeignKeyClause } from './foreign-key-clause.ts';
import { DdlSyntaxError, type StatementReader } from './statement-reader.ts';
import type { TableDraft } from './table-text.ts';

/** Reads one column with its constraints into `table`. https://www.sqlite.org/syntax/column-def.html */
export function readColumnDefinition(reader: StatementReader, table: TableDraft): void {
  const column: ColumnDraft = {
    name: reader.name(),
    notNullOnConflict: null,
    collation: null,
    generated: null,
  };
  table.columns.push(column);
  skipType(reader);
  while (!reader.at(',') && !reader.at(')')) {
    const name = reader.take('CONSTRAINT') ? reader.name() : null;
    // A name may stand alone, and then names nothing.
    if (!reader.at(',') && !reader.at(')') && !reader.at('CONSTRAINT')) {
      readConstraint(reader, table, column, name);
    }
  }
}

interface ColumnDraft {
  readonly name: string;
  notNullOnConflict: ConflictAction | null;
  collation: string | null;
  generated: string | null;
}

/** Words that no unquoted type name can have in it. `GENERATED ALWAYS` it can: SQLite takes them off again. */
const CONSTRAINT_STARTS: ReadonlySet<string> = new Set(
  'CONSTRAINT DEFAULT NULL NOT PRIMARY UNIQUE CHECK REFERENCES COLLATE AS DEFERRABLE'.split(' '),
);

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
): void {
  if (reader.take('NOT')) readNot(reader, table, column);
  else if (reader.take('NULL')) readConflictClause(reader);
  else if (reader.take('PRIMARY')) readPrimaryKey(reader, table, column, name);
  else if (reader.take('UNIQUE')) {
    table.uniques.push({ name, terms: [ascending(column)], onConflict: readConflictClause(reader) });
  } else if (reader.take('CHECK')) table.checks.push({ name, expression: reader.parenthesised() });
  else if (reader.take('DEFAULT')) skipDefault(reader);
  else if (reader.take('COLLATE')) column.collation = reader.name();
  else if (reader.take('REFERENCES')) {
    table.foreignKeys.push(readForeignKeyClause(reader, name, [column.name]));
  } else if (reader.at('DEFERRABLE')) defer(reader, table, false);
  else if (reader.at('GENERATED') || reader.at('AS')) readGenerated(reader, column);
  else throw new DdlSyntaxError(`expected a column constraint at ${reader.token.start}`);
}

function readNot(reader: StatementReader, table: TableDraft, column: ColumnDraft): void {
  if (reader.at('DEFERRABLE')) return defer(reader, table, true);
  reader.expect('NULL');
  column.notNullOnConflict = readConflictClause(reader);
}

function readPrimaryKey(
  reader: StatementReader,
  table: TableDraft,
  column: ColumnDraft,
  name: string | null,
): void {
  reader.expect('KEY');
  const order = reader.takeOne(['ASC', 'DESC']) ?? 'ASC';
  const onConflict = readConflictClause(reader);
  const autoincrement = reader.take('AUTOINCREMENT');
  table.primaryKey = { name, terms: [{ ...ascending(column), order }], onConflict, autoincrement };
}

function ascending(column: ColumnDraft): { column: string; collation: null; order: 'ASC' } {
  return { column: column.name, collation: null, order: 'ASC' };
}

/** The value is in PRAGMA table_xinfo. */
function skipDefault(reader: StatementReader): void {
  if (reader.at('(')) {
    reader.parenthesised();
    return;
  }
  reader.takeOne(['+', '-']);
  reader.advance();
}

/** Deferral is a constraint of its own to SQLite, about the foreign key before it; alone it says nothing. */
function defer(reader: StatementReader, table: TableDraft, not: boolean): void {
  const deferral = readDeferral(reader, not);
  const last = table.foreignKeys.pop();
  if (last !== undefined) table.foreignKeys.push({ ...last, deferral });
}

function readGenerated(reader: StatementReader, column: ColumnDraft): void {
  if (reader.take('GENERATED')) reader.expect('ALWAYS');
  reader.expect('AS');
  column.generated = reader.parenthesised();
  reader.takeOne(['VIRTUAL', 'STORED']);
}
