import { sqlSections } from '../../../../schema/formats/sql-sections.ts';
import { compareNames, foldName, quoteIdentifier } from '../../../../schema/identifier.ts';
import type { StoredTable } from '../../../../schema/model.ts';
import { nameList } from '../../../../schema/name-list.ts';
import { rowidAliasIn } from '../../../../schema/rowid-alias.ts';
import { orderTables } from '../../../../schema/table-order.ts';
import { readColumns } from '../../introspection/column-facts.ts';
import { readIndexes } from '../../introspection/index-facts.ts';
import { queryRows } from '../../introspection/query-rows.ts';
import type { RecordColumn } from '../../rows/record-table.ts';
import type { ExportedDatabase } from '../output/open-for-export.ts';
import type { OutputFile } from '../output/output-file.ts';
import { insertInto, insertLines } from '../rows/insert-lines.ts';
import { readLines } from '../rows/row-lines.ts';
import type { RowProgress } from '../rows/row-progress.ts';
import type { RowSource } from '../rows/row-source.ts';
import type { ChosenTables } from './chosen-tables.ts';
import { dumpSchema } from './dump-schema.ts';
import { unfitValueWarnings } from './unfit-values.ts';
import { fullTextSettings, virtualRows } from './virtual-rows.ts';

const HEADER = '-- A SQLite database. To recreate it: sqlite3 new.db < dump.sql\n';

/**
 * Writes statements that recreate the tables with their exact values. Foreign keys are off while they run, because rows may come
 * before their parents.
 * @returns warnings.
 */
export function writeDatabaseSql(
  output: OutputFile,
  database: ExportedDatabase,
  chosen: ChosenTables,
  progress: RowProgress,
): readonly string[] {
  const { schema, warnings } = dumpSchema(database.connection, chosen.schema);
  const sections = sqlSections(schema);
  const checks = schema.tables.some(({ sql }) => /\bcheck\b/i.test(sql))
    ? IGNORED_CHECKS
    : { start: '', end: '' };
  output.writeText(`${HEADER}PRAGMA foreign_keys = OFF;\n${checks.start}${sections.encoding}`);
  const lost: StoredTable[] = [];
  for (const part of sections.parts) {
    output.writeText(`${part.comment}BEGIN TRANSACTION;\n${part.beforeRows}`);
    const tables = inLoadingOrder(part.tables, chosen);
    for (const { stored, source } of tables) {
      if (stored.kind === 'table') {
        writeInserts(output, database, { ...source, columns: insertedColumns(database, source) }, progress);
      } else if (!writeVirtual(output, database, { stored, source, progress })) lost.push(stored);
    }
    output.writeText(`${counters(database, tables)}${part.afterRows}COMMIT;\n`);
  }
  output.writeText(checks.end);
  return [
    ...warnings,
    ...sections.warnings,
    ...unfitValueWarnings(database.connection, chosen.schema),
    ...lostWarnings(lost),
  ];
}

/** The rows are those of the database, also if they break a CHECK. https://www.sqlite.org/pragma.html#pragma_ignore_check_constraints */
const IGNORED_CHECKS = {
  start: 'PRAGMA ignore_check_constraints = ON;\n',
  end: 'PRAGMA ignore_check_constraints = OFF;\n',
};

interface TableRows {
  readonly stored: StoredTable;
  readonly source: RowSource;
}

/** Parents come first, for loaders that enforce foreign keys. Virtual tables come last: some are built from other tables. */
function inLoadingOrder(
  tables: readonly StoredTable[],
  { sources }: Pick<ChosenTables, 'sources'>,
): readonly TableRows[] {
  const bySourceName = new Map(sources.map((source) => [source.table.name, source]));
  const ordinary = orderTables(tables.filter(({ kind }) => kind === 'table'));
  const virtual = tables.filter(({ kind }) => kind === 'virtual');
  return [...ordinary, ...virtual].flatMap((stored) => {
    const source = bySourceName.get(stored.name);
    return source === undefined ? [] : [{ stored, source }];
  });
}

/**
 * Without generated columns, and with the rowid if no column is an alias of it: otherwise loaded rows would get new rowids. If columns
 * of the table use all three names of the rowid, no statement can read or set it.
 */
function insertedColumns({ connection }: ExportedDatabase, { table }: RowSource): readonly RecordColumn[] {
  const written = table.columns.filter(({ generated }) => !generated);
  const { rowid } = table;
  if (rowid === null || written.includes(rowid) || hasRowidAlias(connection, table.name)) return written;
  return [rowid, ...written];
}

/** Returns whether a declared column is the rowid. */
function hasRowidAlias(connection: ExportedDatabase['connection'], table: string): boolean {
  const columns = readColumns(connection, table);
  return rowidAliasIn({ columns, indexes: readIndexes(connection, table) }) !== null;
}

function writeInserts(
  output: OutputFile,
  { connection }: ExportedDatabase,
  source: RowSource,
  progress: RowProgress,
): void {
  const before = Buffer.from(insertInto(source.table.name, source.columns));
  const after = Buffer.from(';\n');
  for (const { bytes, rows } of readLines(connection, source, insertLines)) {
    output.write(before);
    output.write(bytes);
    output.write(after);
    progress.add(rows);
  }
}

/** @returns whether the content can be restored. */
function writeVirtual(
  output: OutputFile,
  database: ExportedDatabase,
  { stored, source, progress }: TableRows & { readonly progress: RowProgress },
): boolean {
  output.writeText(fullTextSettings(database, stored));
  const content = virtualRows(stored, source.table);
  if (content.kind === 'rows')
    writeInserts(output, database, { ...source, columns: content.columns }, progress);
  if (content.kind === 'rebuilt') output.writeText(content.sql);
  return content.kind !== 'lost';
}

/** The AUTOINCREMENT counters, which may be higher than every rowid. https://www.sqlite.org/autoinc.html */
function counters({ connection }: ExportedDatabase, tables: readonly TableRows[]): string {
  const exists = queryRows(connection, "SELECT 1 FROM main.sqlite_schema WHERE name = 'sqlite_sequence'");
  if (exists.length === 0) return '';
  const chosen = new Set(tables.map(({ stored }) => foldName(stored.name)));
  const rows = queryRows<[string, string, string]>(
    connection,
    'SELECT CAST(name AS TEXT), quote(name), quote(seq) FROM main.sqlite_sequence',
  );
  return rows
    .filter(([name]) => chosen.has(foldName(name)))
    .toSorted(([a], [b]) => compareNames(a, b))
    .map(([, name, counter]) => {
      const table = quoteIdentifier('sqlite_sequence');
      return `DELETE FROM ${table} WHERE name = ${name};\nINSERT INTO ${table}(name,seq) VALUES(${name},${counter});\n`;
    })
    .join('');
}

function lostWarnings(lost: readonly StoredTable[]): readonly string[] {
  if (lost.length === 0) return [];
  const named = lost.map(({ name }) => ({ kind: 'virtual table', name }));
  return [`exported without content, because the content of these tables cannot be read: ${nameList(named)}`];
}
