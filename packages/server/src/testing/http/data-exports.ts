import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { ValueFormat } from '../../core/tagged-value.ts';
import type {
  CsvOptions,
  DatabaseExportRequest,
  RowSelection,
  TableFormat,
  WrittenDatabaseExport,
  WrittenTableExport,
} from '../../engine/project-exports.ts';
import { writeDatabase } from '../../engine/sqlite/exports/write-database.ts';
import { writeTable } from '../../engine/sqlite/exports/write-table.ts';
import { temporaryFolder } from '../system/temporary-folder.ts';

/** An export with the bytes of its file. */
export type ExportedFile<Output> = Output & { readonly bytes: Buffer };

export const ALL_ROWS: RowSelection = {
  columns: null,
  filters: [],
  sort: null,
  descending: false,
  limit: null,
  offset: 0,
};

/** Exports a database as the export process does. */
export async function exportedDatabase(
  path: string,
  request: Partial<DatabaseExportRequest> & Pick<DatabaseExportRequest, 'format'>,
): Promise<ExportedFile<WrittenDatabaseExport>> {
  const defaults = {
    databaseName: 'tested',
    include: null,
    exclude: [],
    valueFormat: 'plain',
    rows: {},
  } as const;
  const whole = { ...defaults, ...request };
  return written((task) => writeDatabase({ ...task, path, request: whole }, ignore));
}

export interface TableOptions {
  readonly rows?: Partial<RowSelection>;
  readonly csv?: Partial<CsvOptions>;
  readonly valueFormat?: ValueFormat;
}

/** Exports a table as the export process does. */
export async function exportedTable(
  path: string,
  table: string,
  format: TableFormat,
  { rows, csv, valueFormat = 'plain' }: TableOptions = {},
): Promise<ExportedFile<WrittenTableExport>> {
  const request = {
    table: { nameOrId: table, allowed: null, valueFormat, writtenRows: 'whole' as const },
    format,
    rows: { ...ALL_ROWS, ...rows },
    csv: { delimiter: ',', bom: false, spreadsheetSafe: false, ...csv },
  };
  return written((task) => writeTable({ ...task, path, request }, ignore));
}

async function written<Output extends object>(
  write: (task: {
    readonly outputPath: string;
    readonly maxBytes: number;
    readonly counting: boolean;
  }) => Promise<Output>,
): Promise<ExportedFile<Output>> {
  using folder = temporaryFolder();
  const outputPath = join(folder.path, 'export');
  const facts = await write({ outputPath, maxBytes: Infinity, counting: true });
  return { ...facts, bytes: readFileSync(outputPath) };
}

function ignore(): void {}
