import { once } from 'node:events';
import { renameSync, rmSync } from 'node:fs';
import { backup, type DatabaseSync } from 'node:sqlite';
import { Worker } from 'node:worker_threads';

import { moduleBeside } from '../../../../runtime/threads/module-beside.ts';
import { foldName, quoteIdentifier } from '../../../../schema/identifier.ts';
import type { StoredSchema } from '../../../../schema/model.ts';
import type {
  DatabaseExportRequest,
  ExportProgress,
  WrittenDatabaseExport,
} from '../../../project-exports.ts';
import { openDatabase } from '../../connection/open-database.ts';
import { queryRows } from '../../introspection/query-rows.ts';
import { readStoredSchema } from '../../introspection/read-stored-schema.ts';
import { isSqlError } from '../../introspection/sql-error.ts';
import type { ExportMethods } from '../../protocol/export-methods.ts';
import { recordDatabaseOf } from '../../rows/record-database.ts';
import { removeStoredTable } from '../../tables/stored-texts.ts';
import { openForExport } from '../output/open-for-export.ts';
import { exportTooLarge, type WrittenFile } from '../output/output-file.ts';
import { chooseTables, countAllRows } from './chosen-tables.ts';

/**
 * Copies the database file, compacted, without the service's own tables and those that were not chosen. Every row keeps its rowid:
 * VACUUM INTO copies rowids, whereas a plain VACUUM may change them in a table without an INTEGER PRIMARY KEY.
 * https://www.sqlite.org/lang_vacuum.html#vacuum_with_an_into_clause
 */
export async function copyDatabase(
  { path, outputPath, maxBytes, request }: ExportMethods['writeDatabase']['input'],
  tell: (progress: ExportProgress) => void,
): Promise<WrittenDatabaseExport> {
  const hashing = new Worker(moduleBeside(import.meta.url, 'hash-thread'));
  try {
    const isCompact = await makeCopy({ path, outputPath, maxBytes, request }, tell);
    const { warnings } = reduceCopy(outputPath, request);
    if (isCompact) compact(outputPath);
    // The thread hashes the file while this one counts its rows.
    hashing.postMessage(outputPath);
    const hashed = once(hashing, 'message') as Promise<[WrittenFile]>;
    const counted = countRows(outputPath);
    const [file] = await hashed;
    return { ...file, ...counted, warnings: isCompact ? warnings : [...warnings, NOT_COMPACT] };
  } catch (error) {
    rmSync(outputPath, { force: true });
    throw error;
  } finally {
    await hashing.terminate();
  }
}

const NOT_COMPACT = 'the file is not compacted, because SQLite lacks something here that its schema uses';

/** @returns whether the copy is compact. */
async function makeCopy(
  { path, outputPath, maxBytes, request }: Omit<ExportMethods['writeDatabase']['input'], 'counting'>,
  tell: (progress: ExportProgress) => void,
): Promise<boolean> {
  const source = openForExport(path);
  try {
    // Reports unknown tables before the copy is made.
    chooseTables(source, request, 'in place');
    const total = usedBytes(source.connection);
    if (total > maxBytes) throw exportTooLarge(maxBytes);
    // From here on, the size of the file is the progress.
    tell({ done: 0, total, unit: 'bytes' });
    source.connection.exec(`PRAGMA cache_size = -${COPY_CACHE_KIB}`);
    return await copyInto(source.connection, outputPath, maxBytes);
  } finally {
    source.connection.close();
  }
}

/**
 * VACUUM writes every row again, which fails if an index needs a collation or a function that is missing here. Then the pages are copied
 * as they are.
 * @returns whether the copy is compact.
 */
async function copyInto(connection: DatabaseSync, outputPath: string, maxBytes: number): Promise<boolean> {
  try {
    connection.prepare('VACUUM INTO ?').run(outputPath);
    return true;
  } catch (error) {
    if (!isSqlError(error)) throw error;
  }
  rmSync(outputPath, { force: true });
  // The free pages are copied, too.
  if (fileBytes(connection) > maxBytes) throw exportTooLarge(maxBytes);
  await backup(connection, outputPath);
  return false;
}

/** Each page is read and written once, so a larger cache only costs memory, and a tenth more time. */
const COPY_CACHE_KIB = 500;

function usedBytes(connection: DatabaseSync): number {
  const [row] = queryRows<[number]>(
    connection,
    'SELECT (page_count - freelist_count) * page_size FROM pragma_page_count, pragma_freelist_count, pragma_page_size',
  );
  return row?.[0] ?? 0;
}

function fileBytes(connection: DatabaseSync): number {
  const sql = 'SELECT page_count * page_size FROM pragma_page_count, pragma_page_size';
  return queryRows<[number]>(connection, sql)[0]?.[0] ?? 0;
}

/** The tables are looked up in the copy, because the database may have changed since. */
function reduceCopy(path: string, request: DatabaseExportRequest): Pick<WrittenDatabaseExport, 'warnings'> {
  const copy = openDatabase(path, { mode: 'read-write', doubleQuotedStrings: true });
  try {
    // No other connection uses the copy, and an incomplete copy is deleted. secure_delete overwrites the dropped content.
    copy.exec(
      'PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF; PRAGMA secure_delete = ON',
    );
    const all = readStoredSchema(copy);
    const records = recordDatabaseOf(copy);
    records.refresh();
    const chosen = chooseTables({ connection: copy, records, encoding: all.encoding }, request, 'in place');
    copy.exec('BEGIN');
    dropOthers(copy, all, chosen.schema);
    dropReserved(copy);
    copy.exec('COMMIT');
    return { warnings: chosen.warnings };
  } finally {
    copy.close();
  }
}

function dropOthers(copy: DatabaseSync, all: StoredSchema, chosen: StoredSchema): void {
  for (const [kind, objects, kept] of [
    ['TRIGGER', all.triggers, chosen.triggers],
    ['VIEW', all.views, chosen.views],
    ['TABLE', all.tables, chosen.tables],
  ] as const) {
    const names = new Set(kept.map(({ name }) => foldName(name)));
    // The last one first: a full-text table may need the table that it reads. A trigger may have been dropped with its table or view.
    for (const { name } of objects.filter((object) => !names.has(foldName(object.name))).toReversed()) {
      drop(copy, kind, name);
    }
  }
}

function drop(copy: DatabaseSync, kind: 'TRIGGER' | 'VIEW' | 'TABLE', name: string): void {
  try {
    copy.exec(`DROP ${kind} IF EXISTS main.${quoteIdentifier(name)}`);
  } catch (error) {
    if (kind !== 'TABLE' || !isSqlError(error)) throw error;
    dropWithoutModule(copy, name);
  }
}

/** SQLite asks the module of a virtual table to drop it. Without it, its own tables are ordinary ones. */
function dropWithoutModule(copy: DatabaseSync, name: string): void {
  const shadows = queryRows<[string]>(
    copy,
    "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'shadow' AND lower(name) LIKE lower(?) || '@_%' ESCAPE '@'",
    [name.replaceAll(/[@%_]/g, '@$&')],
  );
  removeStoredTable(copy, name);
  for (const [shadow] of shadows) copy.exec(`DROP TABLE main.${quoteIdentifier(shadow)}`);
}

/** SQLite's own tables stay. */
function dropReserved(copy: DatabaseSync): void {
  // Virtual tables first, which drop their own tables.
  const rows = queryRows<[string]>(
    copy,
    `SELECT name FROM main.sqlite_schema WHERE type = 'table' AND lower(name) GLOB '_rowhouse_*'
     ORDER BY coalesce(rootpage, 0) <> 0`,
  );
  for (const [name] of rows) drop(copy, 'TABLE', name);
}

/** Rewrites the copy without free pages: VACUUM INTO writes a second file, which is renamed over the first. */
function compact(path: string): void {
  const compactedPath = `${path}-compacted`;
  const copy = openDatabase(path, { mode: 'read-only', doubleQuotedStrings: true });
  try {
    if (!isLoose(copy)) return;
    copy.prepare('VACUUM INTO ?').run(compactedPath);
  } catch (error) {
    rmSync(compactedPath, { force: true });
    throw error;
  } finally {
    copy.close();
  }
  renameSync(compactedPath, path);
}

/** Returns whether the free pages are worth a second copy of a large file. */
function isLoose(copy: DatabaseSync): boolean {
  const [row] = queryRows<[number, number]>(
    copy,
    'SELECT freelist_count, page_count FROM pragma_freelist_count, pragma_page_count',
  );
  const [free, pages] = row ?? [0, 0];
  return free * LOOSE_FACTOR > pages;
}

const LOOSE_FACTOR = 100;

function countRows(path: string): Pick<WrittenDatabaseExport, 'tableCount' | 'rowCount'> {
  const copy = openForExport(path);
  try {
    copy.records.refresh();
    const request = { include: null, exclude: [], rows: {}, valueFormat: 'plain' } as const;
    const chosen = chooseTables(copy, request, 'in place');
    return { tableCount: chosen.schema.tables.length, rowCount: countAllRows(copy, chosen) };
  } finally {
    copy.connection.close();
  }
}
