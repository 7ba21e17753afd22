import { once } from 'node:events';
import { renameSync, rmSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
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
import type { ExportMethods } from '../../protocol/export-methods.ts';
import { recordDatabaseOf } from '../../rows/record-database.ts';
import { openForExport } from '../output/open-for-export.ts';
import { exportTooLarge, type WrittenFile } from '../output/output-file.ts';
import { chooseTables, countAllRows } from './chosen-tables.ts';

/**
 * Copies the database itself, compacted, without the service's own tables and those that were not asked for. Every row keeps its rowid:
 * VACUUM INTO copies rowids, where a plain VACUUM gives new ones to the rows of a table without an INTEGER PRIMARY KEY and an index.
 * https://www.sqlite.org/lang_vacuum.html#vacuum_with_an_into_clause
 */
export async function copyDatabase(
  { path, outputPath, maxBytes, request }: ExportMethods['writeDatabase']['input'],
  tell: (progress: ExportProgress) => void,
): Promise<WrittenDatabaseExport> {
  const hashing = new Worker(moduleBeside(import.meta.url, 'hash-thread'));
  try {
    makeCopy({ path, outputPath, maxBytes, request }, tell);
    const { warnings } = reduceCopy(outputPath, request);
    compact(outputPath);
    // While the file is read there, its rows are counted here.
    hashing.postMessage(outputPath);
    const hashed = once(hashing, 'message') as Promise<[WrittenFile]>;
    const counted = countRows(outputPath);
    const [file] = await hashed;
    return { ...file, ...counted, warnings };
  } catch (error) {
    rmSync(outputPath, { force: true });
    throw error;
  } finally {
    await hashing.terminate();
  }
}

function makeCopy(
  { path, outputPath, maxBytes, request }: Omit<ExportMethods['writeDatabase']['input'], 'counting'>,
  tell: (progress: ExportProgress) => void,
): void {
  const source = openForExport(path);
  try {
    // Before the copy is made, for whoever asks for what is not there.
    chooseTables(source, request);
    const total = usedBytes(source.connection);
    if (total > maxBytes) throw exportTooLarge(maxBytes);
    // How far it is, the file itself tells from here on.
    tell({ done: 0, total, unit: 'bytes' });
    source.connection.exec(`PRAGMA cache_size = -${COPY_CACHE_KIB}`);
    source.connection.prepare('VACUUM INTO ?').run(outputPath);
  } finally {
    source.connection.close();
  }
}

/** Each page is read once and written once: a larger cache is only more memory to walk through, and takes a tenth longer. */
const COPY_CACHE_KIB = 500;

function usedBytes(connection: DatabaseSync): number {
  const [row] = queryRows<[number]>(
    connection,
    'SELECT (page_count - freelist_count) * page_size FROM pragma_page_count, pragma_freelist_count, pragma_page_size',
  );
  return row?.[0] ?? 0;
}

/** What is chosen is looked up in the copy: between the two, the database may have changed. */
function reduceCopy(path: string, request: DatabaseExportRequest): Pick<WrittenDatabaseExport, 'warnings'> {
  const copy = openDatabase(path, { mode: 'read-write', doubleQuotedStrings: true });
  try {
    // Nobody else has the file, and one that is not finished is thrown away. What is dropped leaves no trace.
    copy.exec(
      'PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF; PRAGMA secure_delete = ON',
    );
    const all = readStoredSchema(copy);
    const records = recordDatabaseOf(copy);
    records.refresh();
    const chosen = chooseTables({ connection: copy, records, encoding: all.encoding }, request);
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
    for (const { name } of objects.filter((object) => !names.has(foldName(object.name)))) {
      // The triggers of a view, and those of a table, may have gone with it.
      copy.exec(`DROP ${kind} IF EXISTS main.${quoteIdentifier(name)}`);
    }
  }
}

/** SQLite's own stay. */
function dropReserved(copy: DatabaseSync): void {
  const rows = queryRows<[string]>(
    copy,
    "SELECT name FROM main.sqlite_schema WHERE type = 'table' AND lower(name) GLOB '_rowhouse_*'",
  );
  for (const [name] of rows) copy.exec(`DROP TABLE main.${quoteIdentifier(name)}`);
}

/** Writes the copy again without its free pages. VACUUM INTO needs a second file, which replaces the first by a rename. */
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

/** Returns whether so many pages are free that they are worth a second copy of a large file. */
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
    const chosen = chooseTables(copy, { include: null, exclude: [], rows: {} });
    return { tableCount: chosen.schema.tables.length, rowCount: countAllRows(copy, chosen) };
  } finally {
    copy.connection.close();
  }
}
