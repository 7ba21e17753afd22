import { type Static, Type } from 'typebox';

import { invalidField } from '../../core/errors.ts';
import type { ValueFormat } from '../../core/tagged-value.ts';
import type { CsvOptions, DatabaseFormat, TableFormat } from '../../engine/project-exports.ts';
import { envelopeOf } from '../../http/envelope.ts';
import { booleanLike, isTrue } from '../../http/fields/boolean-like.ts';
import { keyword } from '../../http/fields/keyword.ts';
import { ALLOWED_KEYWORD } from '../../http/validation-details.ts';
import {
  type ClientFilters,
  FILTERS_IN_WORDS,
  filtersOf,
  filtersOfText,
  NO_FILTERS,
} from '../records/filter-fields.ts';
import type { ClientSelection } from './export-request.ts';
import { exportManifest } from './manifest.ts';

const MAX_TABLES = 10_000;
/** A hundred years. */
const MAX_EXPIRY_SECONDS = 3_155_760_000;

/** The fields of every export. */
const ofAny = {
  format: Type.Optional(Type.String()),
  file_name: Type.Optional(Type.String()),
  expires_in: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_EXPIRY_SECONDS })),
};

/** The selection of rows, as in a list of records, but as JSON and without a maximum. */
const selection = {
  columns: Type.Optional(
    Type.Union([
      Type.String({ minLength: 1, maxLength: 100_000 }),
      Type.Array(Type.String(), { minItems: 1, maxItems: 2_000 }),
    ]),
  ),
  filters: Type.Optional(Type.Unknown({ description: FILTERS_IN_WORDS })),
  sort: Type.Optional(Type.String({ minLength: 1, maxLength: 10_000 })),
  order: Type.Optional(keyword(['ASC', 'DESC'], 'The default direction of `sort`.')),
  limit: Type.Optional(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })),
  offset: Type.Optional(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })),
};

export const schemaExportBody = Type.Object(ofAny, { additionalProperties: false });

export const tableExportBody = Type.Object(
  {
    ...ofAny,
    ...selection,
    delimiter: Type.Optional(
      Type.String({ pattern: '^[,;\\t|:]$', [ALLOWED_KEYWORD]: '",", ";", a tab, "|" or ":"' }),
    ),
    bom: Type.Optional(booleanLike),
    spreadsheet_safe: Type.Optional(booleanLike),
  },
  { additionalProperties: false },
);

const rowOptions = Type.Object(selection, { additionalProperties: false, title: 'ExportedRows' });

export const databaseExportBody = Type.Object(
  {
    ...ofAny,
    include_tables: Type.Optional(Type.Array(Type.String(), { minItems: 1, maxItems: MAX_TABLES })),
    exclude_tables: Type.Optional(Type.Array(Type.String(), { maxItems: MAX_TABLES })),
    table_options: Type.Optional(Type.Record(Type.String(), rowOptions)),
  },
  { additionalProperties: false },
);

export const exportEnvelope = envelopeOf(Type.Object({ export: exportManifest }));

export const exportId = Type.String({ maxLength: 100 });

/**
 * @param field where the request has the selection.
 * @throws RowhouseError `validation_failed`.
 */
export function toRowSelection(
  body: Static<typeof rowOptions>,
  field: string,
  valueFormat: ValueFormat,
): ClientSelection {
  const { filters, form } = filtersIn(body.filters, `${field}.filters`, valueFormat);
  return {
    columns: body.columns ?? null,
    filters,
    filterForm: form,
    sort: body.sort ?? null,
    descending: body.order?.toUpperCase() === 'DESC',
    limit: body.limit ?? null,
    offset: body.offset ?? 0,
  };
}

/**
 * Returns the selection of each table that a database export contains partially.
 * @throws RowhouseError `validation_failed` for an option that the format does not support.
 */
export function toRowSelections(
  options: Readonly<Record<string, Static<typeof rowOptions>>>,
  format: DatabaseFormat,
  valueFormat: ValueFormat,
): Readonly<Record<string, ClientSelection>> {
  const selections = Object.entries(options).map(([table, body]) => {
    const field = `body.table_options.${table}`;
    if (format === 'sqlite') {
      throw invalidField(field, 'cannot be given with the format sqlite, which is a copy of the database');
    }
    if (format === 'sql' && body.columns !== undefined) {
      throw invalidField(
        `${field}.columns`,
        'cannot be given with the format sql, which always contains all columns',
      );
    }
    return [table, toRowSelection(body, field, valueFormat)] as const;
  });
  return Object.fromEntries(selections);
}

/** Parses filters, which are JSON or the text form of a list of records. */
function filtersIn(value: unknown, field: string, valueFormat: ValueFormat): ClientFilters {
  if (value === undefined) return NO_FILTERS;
  return typeof value === 'string'
    ? filtersOfText(value, field, valueFormat)
    : filtersOf(value, field, valueFormat);
}

/** @throws RowhouseError `validation_failed` for a CSV option with another format. */
export function toCsvOptions(body: Static<typeof tableExportBody>, format: TableFormat): CsvOptions {
  const refused = format === 'csv' ? undefined : CSV_FIELDS.find((name) => body[name] !== undefined);
  if (refused !== undefined) {
    throw invalidField(`body.${refused}`, `cannot be given with the format ${format}, only with csv`);
  }
  return {
    delimiter: body.delimiter ?? ',',
    bom: isTrue(body.bom),
    spreadsheetSafe: isTrue(body.spreadsheet_safe),
  };
}

const CSV_FIELDS = ['delimiter', 'bom', 'spreadsheet_safe'] as const;
