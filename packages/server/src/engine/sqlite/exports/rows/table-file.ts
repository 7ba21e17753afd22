import type { CsvOptions } from '../../../project-exports.ts';
import type { ExportedDatabase } from '../output/open-for-export.ts';
import { csvHeader, csvLines, LINE_END } from './csv-lines.ts';
import { jsonArrayLines, ndjsonLines } from './json-lines.ts';
import { type LineFormat, readLines } from './row-lines.ts';
import type { RowProgress } from './row-progress.ts';
import type { RowSource } from './row-source.ts';
import type { TextCheck } from './text-check.ts';

/** The text before, between and after the rows of a table in a file. */
export interface TableFile {
  readonly lines: LineFormat;
  readonly before: (source: RowSource) => string;
  /** The text between two chunks of rows. */
  readonly between: string;
  readonly after: (rows: number) => string;
  readonly checked: (bytes: Uint8Array) => Uint8Array;
}

export function csvFile(csv: CsvOptions, check: TextCheck): TableFile {
  return {
    lines: csvLines(csv),
    before: ({ columns }) => csvHeader(columns, csv),
    between: LINE_END,
    after: (rows) => (rows === 0 ? '' : LINE_END),
    checked: (bytes) => check.kept(bytes),
  };
}

/** A JSON array. */
export function jsonFile(check: TextCheck): TableFile {
  return {
    lines: jsonArrayLines,
    before: () => '[\n',
    between: ',\n',
    after: (rows) => (rows === 0 ? ']\n' : '\n]\n'),
    checked: (bytes) => check.repaired(bytes),
  };
}

export function ndjsonFile(check: TextCheck): TableFile {
  return {
    lines: ndjsonLines,
    before: () => '',
    between: '\n',
    after: (rows) => (rows === 0 ? '' : '\n'),
    checked: (bytes) => check.repaired(bytes),
  };
}

/**
 * Yields the chunks of the file and returns the number of rows. Call it inside a transaction that lasts until the last chunk is read.
 */
export function* readTableFile(
  { connection }: ExportedDatabase,
  source: RowSource,
  { file, progress }: { readonly file: TableFile; readonly progress: RowProgress },
): Generator<Uint8Array, number> {
  let rows = 0;
  yield Buffer.from(file.before(source));
  for (const lines of readLines(connection, source, file.lines)) {
    if (rows > 0) yield Buffer.from(file.between);
    yield file.checked(lines.bytes);
    rows += lines.rows;
    progress.add(lines.rows);
  }
  yield Buffer.from(file.after(rows));
  return rows;
}
