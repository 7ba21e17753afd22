import type {
  DatabaseExportRequest,
  DatabaseFormat,
  ExportProgress,
  WrittenDatabaseExport,
} from '../../project-exports.ts';
import type { ExportMethods } from '../protocol/export-methods.ts';
import {
  type ChosenTables,
  chooseTables,
  countAllRows,
  unreadableWarnings,
} from './database/chosen-tables.ts';
import { copyDatabase } from './database/copy-database.ts';
import { writeArchive } from './database/write-archive.ts';
import { writeDatabaseJson } from './database/write-database-json.ts';
import { writeDatabaseSql } from './database/write-database-sql.ts';
import { type ExportedDatabase, withSnapshot } from './output/open-for-export.ts';
import { OutputFile } from './output/output-file.ts';
import { leftOutColumnWarnings } from './rows/left-out-columns.ts';
import { RowProgress } from './rows/row-progress.ts';
import { TextCheck } from './rows/text-check.ts';
import { KEPT_TEXT, REPAIRED_TEXT } from './write-table.ts';

/** Writes the tables of a database to one file. */
export async function writeDatabase(
  task: ExportMethods['writeDatabase']['input'],
  tell: (progress: ExportProgress) => void,
): Promise<WrittenDatabaseExport> {
  const { path, outputPath, maxBytes, counting, request } = task;
  const { format } = request;
  if (format === 'sqlite') return copyDatabase(task, tell);
  return withSnapshot(path, async (database) => {
    const chosen = chooseTables(database, request, 'with copies');
    const progress = new RowProgress(counting ? countAllRows(database, chosen) : null, tell);
    const output = new OutputFile(outputPath, maxBytes);
    try {
      const warnings = await writeFormat({ output, database, chosen, progress }, format, request);
      return {
        ...output.finish(),
        tableCount: chosen.sources.length,
        rowCount: progress.done,
        warnings: [...chosen.warnings, ...unreadableWarnings(chosen), ...warnings],
      };
    } finally {
      output.abandon();
    }
  });
}

interface Writing {
  readonly output: OutputFile;
  readonly database: ExportedDatabase;
  readonly chosen: ChosenTables;
  readonly progress: RowProgress;
}

/** @returns warnings. */
async function writeFormat(
  { output, database, chosen, progress }: Writing,
  format: Exclude<DatabaseFormat, 'sqlite'>,
  { databaseName: name }: DatabaseExportRequest,
): Promise<readonly string[]> {
  const check = new TextCheck();
  const leftOut = leftOutColumnWarnings(chosen.sources.map(({ table }) => table));
  switch (format) {
    case 'sql':
      return writeDatabaseSql(output, database, chosen, progress);
    case 'json':
      writeDatabaseJson(output, database, chosen, { name, progress, check });
      return [...leftOut, ...check.warnings(REPAIRED_TEXT)];
    case 'zip':
    case 'zip-csv': {
      const options = { name, described: format === 'zip', progress, check };
      const warnings = await writeArchive(output, database, chosen, options);
      return [...leftOut, ...warnings, ...check.warnings(KEPT_TEXT)];
    }
  }
}
