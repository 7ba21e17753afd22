import { RowhouseError } from '../../core/errors.ts';
import type { DatabaseFormat, TableFormat } from '../../engine/project-exports.ts';
import { findSchemaFormat, schemaFormats } from '../../schema/formats/schema-formats.ts';
import type { ExportRequest } from './export-request.ts';

/** The properties of a format's file. */
export interface FileFormat {
  readonly contentType: string;
  /** The file extension, without the dot. */
  readonly extension: string;
}

const JSON_FILE = { contentType: 'application/json; charset=utf-8', extension: 'json' };
const ARCHIVE = { contentType: 'application/zip', extension: 'zip' };

/** The default is first. */
export const tableFormats: Readonly<Record<TableFormat, FileFormat>> = {
  csv: { contentType: 'text/csv; charset=utf-8', extension: 'csv' },
  json: JSON_FILE,
  ndjson: { contentType: 'application/x-ndjson; charset=utf-8', extension: 'ndjson' },
};

/** The default is first. */
export const databaseFormats: Readonly<Record<DatabaseFormat, FileFormat>> = {
  zip: ARCHIVE,
  'zip-csv': ARCHIVE,
  json: JSON_FILE,
  sql: { contentType: 'application/sql; charset=utf-8', extension: 'sql' },
  sqlite: { contentType: 'application/vnd.sqlite3', extension: 'sqlite' },
};

export function fileFormatOf(request: ExportRequest): FileFormat {
  switch (request.kind) {
    case 'schema_export':
      return requireSchemaFormat(request.format, 'body.format');
    case 'table_export':
      return tableFormats[request.format];
    case 'database_export':
      return databaseFormats[request.format];
  }
}

/**
 * @throws RowhouseError `invalid_export_format`, with the documented message, whatever formats exist; `details` lists all
 * formats.
 */
export function requireSchemaFormat(name: string, field: string): FileFormat & { readonly name: string } {
  const format = findSchemaFormat(name);
  if (format !== null) return format;
  throw invalidFormat(
    'json or sql for schema exports',
    schemaFormats.map((each) => each.name),
    field,
  );
}

/** @throws RowhouseError `invalid_export_format`. */
export function requireTableFormat(name: string, field: string): TableFormat {
  if (isKey(tableFormats, name)) return name;
  const names = Object.keys(tableFormats);
  throw invalidFormat('csv, json or ndjson for table exports', names, field);
}

/** @throws RowhouseError `invalid_export_format`. */
export function requireDatabaseFormat(name: string, field: string): DatabaseFormat {
  if (isKey(databaseFormats, name)) return name;
  const names = Object.keys(databaseFormats);
  throw invalidFormat('zip, zip-csv, json, sql or sqlite for database exports', names, field);
}

function isKey<Keys extends string>(formats: Readonly<Record<Keys, FileFormat>>, name: string): name is Keys {
  return Object.hasOwn(formats, name);
}

function invalidFormat(allowed: string, names: readonly string[], field: string): RowhouseError {
  return new RowhouseError('invalid_export_format', `format must be ${allowed}.`, {
    details: [{ field, message: `must be one of ${names.join(', ')}` }],
  });
}
