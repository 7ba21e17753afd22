import { type Static, Type } from 'typebox';

import type { Credential } from '../../core/credential.ts';
import { invalidField } from '../../core/errors.ts';
import type { Subject } from '../../core/subject-error.ts';
import type { ValueFormat } from '../../core/tagged-value.ts';
import type {
  ClientRow,
  CreatedRecords,
  RecordFilter,
  RecordKey,
  RecordPage,
  RecordPageRequest,
  RecordRow,
  TableReference,
} from '../../engine/project-records.ts';
import { allowedTables, writtenRowsFor } from '../../http/access/permissions.ts';
import { booleanLike, flag, isTrue } from '../../http/fields/boolean-like.ts';
import { shownValue } from '../../http/fields/client-value.ts';
import { keyword } from '../../http/fields/keyword.ts';
import { pageFields, pageKeys } from '../../http/fields/paging.ts';
import { type FieldOf, fieldsOf } from '../../http/subject-fields.ts';
import {
  type ClientFilters,
  FILTERS_IN_WORDS,
  filterFields,
  filtersOf,
  filtersOfText,
  NO_FILTERS,
} from './filter-fields.ts';

/** A row in an answer: columns in order. */
const row = Type.Record(Type.String(), shownValue, { title: 'Row' });

/** A row in a request. Its table determines the columns. */
export const clientRow = Type.Unsafe<ClientRow>(
  Type.Object({}, { additionalProperties: true, title: 'ClientRow' }),
);

export const recordAnswer = Type.Object({ table: Type.String(), row }, { title: 'RecordAnswer' });

/** The row after a write; null if a trigger has removed it. */
const writtenRow = Type.Union([row, Type.Null()]);

export const writtenAnswer = Type.Object(
  { table: Type.String(), row: writtenRow },
  { title: 'WrittenRecord' },
);

export const createdAnswer = Type.Union([
  writtenAnswer,
  Type.Object({
    table: Type.String(),
    created: Type.Integer(),
    /** Only with `on_conflict`. */
    updated: Type.Optional(Type.Integer()),
    /** Only with `on_conflict`. */
    ignored: Type.Optional(Type.Integer()),
    /** Omitted for `"return": "none"`. */
    rows: Type.Optional(Type.Array(writtenRow)),
  }),
]);

export const recordPageAnswer = Type.Object(
  {
    table: Type.String(),
    rows: Type.Array(row),
    ...pageKeys,
    total_count: Type.Optional(Type.Integer()),
    next_cursor: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  },
  { title: 'RecordPage' },
);

export const deletedAnswer = Type.Object(
  {
    deleted: Type.Literal(true),
    table: Type.String(),
    id: Type.String(),
  },
  { title: 'DeletedRecord' },
);

export const affectedAnswer = Type.Object(
  { table: Type.String(), affected_rows: Type.Integer() },
  { title: 'AffectedRecords' },
);

const ORDERS = ['ASC', 'DESC'] as const;

export const recordPageQuery = Type.Object(
  {
    filters: Type.Optional(Type.String({ description: `JSON. ${FILTERS_IN_WORDS}` })),
    sort: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 10_000,
        description:
          'Columns, separated by commas; `-` before a column sorts it in descending order. A name may be in double quotes.',
      }),
    ),
    order: Type.Optional(keyword(ORDERS, 'The default direction of `sort`.')),
    limit: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 500, default: 100, description: 'The maximum number of rows.' }),
    ),
    offset: pageFields.offset,
    include_count: Type.Optional(flag('Whether to count all matching rows.')),
    count: Type.Optional(flag('The same as `include_count`.')),
    columns: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 100_000,
        description: 'Only these columns, separated by commas. A name may be in double quotes.',
      }),
    ),
    after: Type.Optional(
      Type.String({
        maxLength: 100_000,
        description: 'Empty for the first page, then the `next_cursor` of the previous page.',
      }),
    ),
  },
  { additionalProperties: false },
);

const where = Type.Unknown({ description: FILTERS_IN_WORDS });

export const changeBody = Type.Object(
  {
    data: clientRow,
    where: Type.Optional(where),
    allow_all: Type.Optional(booleanLike),
  },
  { additionalProperties: false },
);

export const deletionBody = Type.Object(
  { where: Type.Optional(where), allow_all: Type.Optional(booleanLike) },
  { additionalProperties: false },
);

export type PageQuery = Static<typeof recordPageQuery>;

/** @throws RowhouseError `validation_failed`. */
export function toPageRequest(
  query: PageQuery,
  format: ValueFormat,
): {
  readonly page: RecordPageRequest;
  /** Of a part of the page request. */
  readonly fieldOf: FieldOf;
} {
  const read =
    query.filters === undefined ? NO_FILTERS : filtersOfText(query.filters, 'query.filters', format);
  const page = {
    filters: read.filters,
    sort: query.sort ?? null,
    descending: query.order?.toUpperCase() === 'DESC',
    limit: query.limit ?? 100,
    offset: query.offset ?? 0,
    after: query.after ?? null,
    columns: query.columns ?? null,
    countAll: isTrue(query.include_count) || isTrue(query.count),
  };
  return { page, fieldOf: (subject) => pageField(read, subject) };
}

function pageField(read: ClientFilters, subject: Subject): string {
  return fieldsOf<keyof RecordPageRequest>({
    filters: filterFields('query.filters', read),
    sort: () => 'query.sort',
    descending: () => 'query.order',
    limit: () => 'query.limit',
    offset: () => 'query.offset',
    after: () => 'query.after',
    columns: () => 'query.columns',
    countAll: () => 'query.include_count',
  })(subject);
}

/** The field of a record's key. */
export const keyField: FieldOf = () => 'path.id';

/** Returns the filters of a change. An empty `where` is a mistake unless `allow_all` is true. */
export function toFilters(
  body: Static<typeof deletionBody>,
  format: ValueFormat,
): {
  readonly filters: readonly RecordFilter[];
  /** Maps a part of the filters to its field. */
  readonly filterField: FieldOf;
} {
  const read = body.where === undefined ? NO_FILTERS : filtersOf(body.where, 'body.where', format);
  const { filters } = read;
  if (filters.length > 0 || isTrue(body.allow_all)) {
    return { filters, filterField: filterFields('body.where', read) };
  }
  throw invalidField('body.where', 'must not be empty, unless allow_all is true');
}

export function tableReference(
  credential: Credential,
  nameOrId: string,
  valueFormat: ValueFormat,
): TableReference {
  const allowed = allowedTables(credential);
  return { nameOrId, allowed, valueFormat, writtenRows: writtenRowsFor(credential) };
}

/**
 * Parses the record key at the end of a URL's path. The router has decoded the whole key; in a key of several parts, only
 * unencoded commas separate them.
 */
export function recordKey(url: string, whole: string): RecordKey {
  const [path = ''] = url.split('?', 1);
  const parts = path.slice(path.lastIndexOf('/') + 1).split(',');
  return { whole, parts: parts.map(decodeURIComponent) };
}

export function writeRow({ table, rowJson }: RecordRow): string {
  return `{"table":${JSON.stringify(table)},"row":${rowJson}}`;
}

export function writeCreated(created: CreatedRecords, upserted: boolean): string {
  const { table, updated, ignored, rowsJson } = created;
  const counts = JSON.stringify({ table, created: created.created, ...(upserted && { updated, ignored }) });
  return rowsJson === null ? counts : `${counts.slice(0, -1)},"rows":${rowsJson}}`;
}

/** Writes the page with its keys in the contract's order. */
export function writePage(page: RecordPage, { limit, offset, after }: RecordPageRequest): string {
  const before = JSON.stringify({ table: page.table });
  const behind = JSON.stringify({
    limit,
    offset,
    returned: page.returned,
    has_more: page.hasMore,
    ...(page.totalCount !== null && { total_count: page.totalCount }),
    ...(after !== null && { next_cursor: page.nextCursor }),
  });
  return `${before.slice(0, -1)},"rows":${page.rowsJson},${behind.slice(1)}`;
}
