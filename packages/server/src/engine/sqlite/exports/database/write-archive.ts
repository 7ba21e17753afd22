import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';

import { ZipFile } from 'yazl';

import { jsonFormat } from '../../../../schema/formats/json.ts';
import { sqlFormat } from '../../../../schema/formats/sql.ts';
import { readSchema } from '../../introspection/read-schema.ts';
import type { ExportedDatabase } from '../output/open-for-export.ts';
import type { OutputFile } from '../output/output-file.ts';
import { PLAIN_CSV } from '../rows/csv-lines.ts';
import type { RowProgress } from '../rows/row-progress.ts';
import type { RowSource } from '../rows/row-source.ts';
import { csvFile, readTableFile } from '../rows/table-file.ts';
import type { TextCheck } from '../rows/text-check.ts';
import { schemaToLoad } from '../schema/schema-to-load.ts';
import { archiveNames } from './archive-names.ts';
import type { ChosenTables } from './chosen-tables.ts';

/** A file in the archive: its name and its content in chunks. */
interface Entry {
  readonly name: string;
  readonly pieces: () => Iterable<Uint8Array>;
}

/** A file as the manifest describes it. */
interface WrittenEntry {
  readonly file: string;
  readonly size_bytes: number;
  readonly sha256: string;
}

interface ArchiveOptions {
  readonly name: string;
  /** Whether the archive has the schema and a manifest besides the tables. */
  readonly described: boolean;
  readonly progress: RowProgress;
  readonly check: TextCheck;
}

/** Writes a ZIP archive with one CSV file for each table, streaming the rows. @returns warnings. */
export async function writeArchive(
  output: OutputFile,
  database: ExportedDatabase,
  chosen: ChosenTables,
  options: ArchiveOptions,
): Promise<readonly string[]> {
  const tables = tableEntries(database, chosen, options);
  if (!options.described) {
    await writeEntries(output, tables.entries);
    return [];
  }
  const schema = sqlFormat.render(schemaToLoad(database.connection, chosen.schema));
  const described = descriptions(database, chosen, { options, tables, schemaSql: schema.text });
  await writeEntries(output, [...tables.entries, ...described]);
  return schema.warnings;
}

interface TableEntries {
  readonly entries: readonly Entry[];
  /** The tables that have been written completely. */
  readonly written: readonly object[];
}

function tableEntries(
  database: ExportedDatabase,
  { sources }: ChosenTables,
  { progress, check }: ArchiveOptions,
): TableEntries {
  const names = archiveNames(
    sources.map(({ table }) => table.name),
    'csv',
  );
  const file = csvFile(PLAIN_CSV, check);
  const written: object[] = [];
  const entries = sources.map((source): Entry => {
    const name = names.get(source.table.name) ?? '';
    const pieces = function* (): Generator<Uint8Array> {
      const entry = new MeasuredEntry(name);
      const rows = yield* entry.measured(readTableFile(database, source, { file, progress }));
      written.push({ table: source.table.name, ...entry.summary(), ...rowsOf(source, rows) });
    };
    return { name, pieces };
  });
  return { entries, written };
}

function rowsOf({ columns }: RowSource, rows: number): object {
  return { row_count: rows, columns: columns.map(({ name }) => name) };
}

/** The manifest comes last because it lists the sizes and hashes of the other files. */
function descriptions(
  database: ExportedDatabase,
  chosen: ChosenTables,
  {
    options,
    tables,
    schemaSql,
  }: { readonly options: ArchiveOptions; readonly tables: TableEntries; readonly schemaSql: string },
): readonly Entry[] {
  const files: WrittenEntry[] = [];
  const textEntry = (name: string, render: () => string): Entry => ({
    name,
    *pieces() {
      const entry = new MeasuredEntry(name);
      yield* entry.measured([Buffer.from(render(), 'utf8')]);
      files.push(entry.summary());
    },
  });
  const manifest = () => ({
    format: 'rowhouse.export',
    format_version: 1,
    database: options.name,
    tables: tables.written,
    files,
  });
  return [
    textEntry('schema.sql', () => schemaSql),
    textEntry('schema.json', () => jsonSchemaOf(database, chosen)),
    textEntry('manifest.json', () => `${JSON.stringify(manifest(), null, 2)}\n`),
  ];
}

function jsonSchemaOf({ connection }: ExportedDatabase, { schema }: ChosenTables): string {
  const all = readSchema(connection);
  return jsonFormat.render({
    ...all,
    tables: all.tables.filter(isIn(schema.tables)),
    views: all.views.filter(isIn(schema.views)),
    triggers: all.triggers.filter(isIn(schema.triggers)),
  }).text;
}

interface Named {
  readonly name: string;
}

function isIn(objects: readonly Named[]): (object: Named) => boolean {
  const names = new Set(objects.map(({ name }) => name));
  return ({ name }) => names.has(name);
}

/** Counts and hashes a file as it is added to the archive. */
class MeasuredEntry {
  readonly #name: string;
  readonly #hash = createHash('sha256');
  #sizeBytes = 0;

  constructor(name: string) {
    this.#name = name;
  }

  *measured<Result>(pieces: Iterable<Uint8Array, Result>): Generator<Uint8Array, Result> {
    const iterator = pieces[Symbol.iterator]();
    for (;;) {
      const piece = iterator.next();
      if (piece.done === true) return piece.value;
      this.#sizeBytes += piece.value.byteLength;
      this.#hash.update(piece.value);
      yield piece.value;
    }
  }

  /** Call it once, at the end. */
  summary(): WrittenEntry {
    return { file: this.#name, size_bytes: this.#sizeBytes, sha256: this.#hash.digest('hex') };
  }
}

/** zlib compresses on its own threads while the next rows are read. */
async function writeEntries(output: OutputFile, entries: readonly Entry[]): Promise<void> {
  const zip = new ZipFile();
  const archive = Readable.from(zip.outputStream);
  zip.on('error', (error: Error) => archive.destroy(error));
  let rows = Readable.from([]);
  for (const { name, pieces } of entries) {
    zip.addReadStreamLazy(name, { mode: 0o100644 }, (take) => {
      rows = Readable.from(pieces(), { objectMode: false });
      take(null, rows);
    });
  }
  zip.end();
  try {
    for await (const bytes of archive) output.write(bytes as Uint8Array);
  } finally {
    // Stops reading rows if the archive cannot be written: the database is closed next.
    rows.destroy();
  }
}
