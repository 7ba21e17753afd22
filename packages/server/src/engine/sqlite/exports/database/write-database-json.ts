import type { ExportedDatabase } from '../output/open-for-export.ts';
import type { OutputFile } from '../output/output-file.ts';
import type { RowProgress } from '../rows/row-progress.ts';
import { jsonFile, readTableFile } from '../rows/table-file.ts';
import type { TextCheck } from '../rows/text-check.ts';
import type { ChosenTables } from './chosen-tables.ts';

/** Writes one JSON document whose `tables` object has an array of rows for each table. */
export function writeDatabaseJson(
  output: OutputFile,
  database: ExportedDatabase,
  { sources }: ChosenTables,
  written: { readonly name: string; readonly progress: RowProgress; readonly check: TextCheck },
): void {
  const { name, progress, check } = written;
  const file = jsonFile(check);
  output.writeText(
    `{\n"format": "rowhouse.database",\n"format_version": 1,\n"database": ${JSON.stringify(name)},\n"tables": {\n`,
  );
  for (const [index, source] of sources.entries()) {
    output.writeText(`${index === 0 ? '' : ',\n'}${JSON.stringify(source.table.name)}: `);
    for (const piece of readTableFile(database, source, { file, progress })) output.write(piece);
  }
  output.writeText('}\n}\n');
}
