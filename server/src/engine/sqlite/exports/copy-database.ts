import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync, rmSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';

import { foldName, quoteIdentifier } from '../../../schema/identifier.ts';
import type { StoredSchema } from '../../../schema/model.ts';
import type { DatabaseExportRequest, ExportProgress, WrittenDatabaseExport } from '../../project-exports.ts';
import { queryRows } from '../introspection/query-rows.ts';
import { readStoredSchema } from '../introspection/read-stored-schema.ts';
import { openDatabase } from '../open-database.ts';
import { recordDatabaseOf } from '../records/record-database.ts';
import { chooseTables } from './chosen-tables.ts';
import type { ExportOperations } from './export-operations.ts';
import { openForExport } from './open-for-export.ts';
import { exportTooLarge, type WrittenFile } from './output-file.ts';

/**
 * Copies the database itself, compacted, without the service's own tables and those that were not asked for.
 * https://www.sqlite.org/lang_vacuum.html#vacuum_with_an_into_clause
 */
export function copyDatabase(
  { path, outputPath, maxBytes, request }: ExportOperations['writeDatabase']['input'],
  tell: (progress: ExportProgress) => void,
): WrittenDatabaseExport {
  const source = openForExport(path);
  try {
    // Before the copy is made, for whoever asks for what is not there.
    chooseTables(source, request);
    const total = usedBytes(source.connection);
    if (total > maxBytes) throw exportTooLarge(maxBytes);
    // How far it is, the file itself tells from here on.
    tell({ done: 0, total, unit: 'bytes' });
    source.connection.prepare('VACUUM INTO ?').run(outputPath);
    const { tableCount, rowCount, warnings } = reduceCopy(outputPath, request);
    return { ...hashFile(outputPath), tableCount, rowCount, warnings };
  } catch (error) {
    rmSync(outputPath, { force: true });
    throw error;
  } finally {
    source.connection.close();
  }
}

function usedBytes(connection: DatabaseSync): number {
  const [row] = queryRows<[number]>(
    connection,
    'SELECT (page_count - freelist_count) * page_size FROM pragma_page_count, pragma_freelist_count, pragma_page_size',
  );
  return row?.[0] ?? 0;
}

type Reduced = Pick<WrittenDatabaseExport, 'tableCount' | 'rowCount' | 'warnings'>;

/** What is chosen is looked up in the copy: between the two, the database may have changed. */
function reduceCopy(path: string, request: DatabaseExportRequest): Reduced {
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
    if (isLoose(copy)) copy.exec('VACUUM');
    return {
      tableCount: chosen.schema.tables.length,
      rowCount: chosen.sources.reduce((sum, { table }) => sum + countOf(copy, table.quoted), 0),
      warnings: chosen.warnings,
    };
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

/** Of a large file the few pages that the service's own tables leave are not worth a second copy. */
function isLoose(copy: DatabaseSync): boolean {
  const [row] = queryRows<[number, number]>(
    copy,
    'SELECT freelist_count, page_count FROM pragma_freelist_count, pragma_page_count',
  );
  const [free, pages] = row ?? [0, 0];
  return free * LOOSE_FACTOR > pages;
}

const LOOSE_FACTOR = 100;

function countOf(copy: DatabaseSync, table: string): number {
  return queryRows<[number]>(copy, `SELECT count(*) FROM ${table}`)[0]?.[0] ?? 0;
}

/** Reads the file once more: SQLite wrote it. */
function hashFile(path: string): WrittenFile {
  const hash = createHash('sha256');
  const buffer = Buffer.alloc(READ_BYTES);
  const file = openSync(path, 'r');
  try {
    let sizeBytes = 0;
    for (let read = readSync(file, buffer); read > 0; read = readSync(file, buffer)) {
      hash.update(buffer.subarray(0, read));
      sizeBytes += read;
    }
    return { sizeBytes, sha256: hash.digest('hex') };
  } finally {
    closeSync(file);
  }
}

const READ_BYTES = 262_144;
