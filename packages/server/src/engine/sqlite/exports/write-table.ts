import { within } from '../../../core/subject-error.ts';
import type { ExportProgress, TableExportRequest, WrittenTableExport } from '../../project-exports.ts';
import type { ExportMethods } from '../protocol/export-methods.ts';
import { allowedTable } from '../rows/allowed-table.ts';
import { readableTable } from '../rows/copied-table.ts';
import { exportedTables } from './exported-tables.ts';
import { withSnapshot } from './output/open-for-export.ts';
import { writeFile } from './output/output-file.ts';
import { leftOutColumnWarnings } from './rows/left-out-columns.ts';
import { countExportedRows } from './rows/row-count.ts';
import { RowProgress } from './rows/row-progress.ts';
import { selectedRows } from './rows/row-source.ts';
import { csvFile, jsonFile, ndjsonFile, readTableFile, type TableFile } from './rows/table-file.ts';
import { TextCheck } from './rows/text-check.ts';

/** Writes the rows of one table or view to a file. */
export async function writeTable(
  { path, outputPath, maxBytes, counting, request }: ExportMethods['writeTable']['input'],
  tell: (progress: ExportProgress) => void,
): Promise<WrittenTableExport> {
  return withSnapshot(path, (database) => {
    const table = readableTable(database.records, allowedTable(database.records, request.table));
    const source = within(['rows'], () => selectedRows(table, request.rows));
    const progress = new RowProgress(counting ? countExportedRows(database.records, source) : null, tell);
    const check = new TextCheck();
    const file = tableFile(request, check);
    const written = writeFile(outputPath, maxBytes, (output) => {
      for (const piece of readTableFile(database, source, { file, progress })) output.write(piece);
    });
    return {
      ...written,
      warnings: [
        ...(request.rows.columns === null ? leftOutColumnWarnings([table]) : []),
        ...check.warnings(request.format === 'csv' ? KEPT_TEXT : REPAIRED_TEXT),
      ],
      table: table.name,
      reads: exportedTables(database.records, request.table),
      rowCount: progress.done,
      repeatable: table.kind !== 'view',
    };
  });
}

/** How an export represents invalid text, for its warning. */
export const KEPT_TEXT = 'its stored bytes are unchanged';
export const REPAIRED_TEXT = 'invalid bytes are U+FFFD';

function tableFile({ format, csv }: TableExportRequest, check: TextCheck): TableFile {
  switch (format) {
    case 'csv':
      return csvFile(csv, check);
    case 'json':
      return jsonFile(check);
    case 'ndjson':
      return ndjsonFile(check);
  }
}
