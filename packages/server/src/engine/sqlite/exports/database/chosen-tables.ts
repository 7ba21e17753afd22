import { RowhouseError } from '../../../../core/errors.ts';
import { invalidInput, within } from '../../../../core/subject-error.ts';
import type { ValueFormat } from '../../../../core/tagged-value.ts';
import { compareNames, foldName } from '../../../../schema/identifier.ts';
import type { StoredSchema, StoredTable } from '../../../../schema/model.ts';
import { nameList } from '../../../../schema/name-list.ts';
import type { DatabaseExportRequest } from '../../../project-exports.ts';
import { readStoredSchema } from '../../introspection/read-stored-schema.ts';
import { readableTable } from '../../rows/copied-table.ts';
import type { RecordTable } from '../../rows/record-table.ts';
import type { ExportedDatabase } from '../output/open-for-export.ts';
import { countExportedRows } from '../rows/row-count.ts';
import { type RowSource, selectedRows, wholeTable } from '../rows/row-source.ts';
import { schemaOfTables } from './schema-of-tables.ts';

/** The part of a database that an export contains. */
export interface ChosenTables {
  /** The schema of the chosen tables, with the views and triggers that use no other table. */
  readonly schema: StoredSchema;
  /** The rows of each table, sorted by table name. */
  readonly sources: readonly RowSource[];
  /** Tables without a source, because SQLite cannot read them here. */
  readonly unreadable: readonly StoredTable[];
  readonly warnings: readonly string[];
}

/**
 * The tables that a request selects: the included ones, or all but the excluded ones. A table that SQLite cannot read here gives no rows.
 * @throws RowhouseError `validation_failed` if the request names a table that does not exist or is not exported.
 */
export function chooseTables(
  database: ExportedDatabase,
  request: Pick<DatabaseExportRequest, 'include' | 'exclude' | 'rows' | 'valueFormat'>,
  reading: Reading,
): ChosenTables {
  const all = readStoredSchema(database.connection);
  const chosen = chosenNames(all.tables, request);
  const { schema, warnings } = schemaOfTables(all, chosen);
  const selections = new Map(
    Object.entries(request.rows).map(([name, rows]) => [foldName(name), { name, rows }]),
  );
  const sources: RowSource[] = [];
  const unreadable: StoredTable[] = [];
  for (const stored of schema.tables.toSorted((a, b) => compareNames(a.name, b.name))) {
    const table = tableToRead(database, stored, request.valueFormat, reading);
    const selection = selections.get(foldName(stored.name));
    if (table === null) unreadable.push(stored);
    else if (selection === undefined) sources.push(wholeTable(table));
    else sources.push(within(['rows', selection.name], () => selectedRows(table, selection.rows)));
  }
  return { schema, sources, unreadable, warnings };
}

/** Whether a table that SQLite can only read in a copy of its rows is copied. */
export type Reading = 'in place' | 'with copies';

/** The number of rows in all chosen tables. */
export function countAllRows({ records }: ExportedDatabase, { sources }: ChosenTables): number {
  return sources.reduce((sum, source) => sum + countExportedRows(records, source), 0);
}

/** By folded name. */
function chosenNames(
  tables: readonly StoredTable[],
  { include, exclude, rows }: Pick<DatabaseExportRequest, 'include' | 'exclude' | 'rows'>,
): ReadonlySet<string> {
  const known = new Set(tables.map(({ name }) => foldName(name)));
  const excluded = within(['exclude'], () => requireKnown(exclude, known));
  const included = include === null ? known : within(['include'], () => requireKnown(include, known));
  const chosen = new Set([...included].filter((name) => !excluded.has(name)));
  for (const name of Object.keys(rows)) {
    if (!chosen.has(foldName(name))) {
      throw invalidInput(['rows', name], 'is for a table that is not exported');
    }
  }
  return chosen;
}

function requireKnown(names: readonly string[], known: ReadonlySet<string>): ReadonlySet<string> {
  const unknown = names.findIndex((name) => !known.has(foldName(name)));
  if (unknown !== -1)
    throw invalidInput([unknown], `is not a table of this project: ${names[unknown] ?? ''}`);
  return new Set(names.map(foldName));
}

/** Null if SQLite lacks the module of a virtual table, the table that it reads, or the collation of a table that is an index. */
function tableToRead(
  { connection, records }: ExportedDatabase,
  { name, kind }: StoredTable,
  valueFormat: ValueFormat,
  reading: Reading,
): RecordTable | null {
  try {
    const inPlace = records.table(name, valueFormat);
    const table = reading === 'in place' ? inPlace : readableTable(records, inPlace);
    const names = table.columns.map((column) => column.quoted);
    const statement = connection.prepare(`SELECT ${names.join(', ')} FROM ${table.quoted} LIMIT 1`);
    statement.setReadBigInts(true);
    if (kind === 'virtual') statement.get();
    return table;
  } catch (error) {
    if (!(error instanceof RowhouseError) && !isErrorOfTheFile(error)) throw error;
    return null;
  }
}

/** Locks, memory, I/O and disk space say nothing about a table. https://www.sqlite.org/rescode.html */
function isErrorOfTheFile(error: unknown): boolean {
  if (!(error instanceof Error) || !('errcode' in error)) return false;
  return ![5, 6, 7, 10, 13, 14].includes(Number(error.errcode) & 0xff);
}

/** For a format that is written from the rows. */
export function unreadableWarnings({ unreadable }: ChosenTables): readonly string[] {
  if (unreadable.length === 0) return [];
  const named = unreadable.map(({ name, kind }) => ({
    kind: kind === 'virtual' ? 'virtual table' : 'table',
    name,
  }));
  return [`exported without rows, because SQLite cannot read these tables here: ${nameList(named)}`];
}
