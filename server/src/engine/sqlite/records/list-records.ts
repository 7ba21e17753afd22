import { invalidField } from '../../../errors.ts';
import { foldName } from '../../../schema/identifier.ts';
import type { RecordPage, RecordPageRequest } from '../../project-records.ts';
import type { SqliteValue } from '../values/record-value.ts';
import { allOf, type Condition, filterCondition } from './filter-conditions.ts';
import { findColumn } from './find-column.ts';
import { conditionAfter, writeCursor } from './page-cursor.ts';
import type { RecordDatabase } from './record-database.ts';
import type { RecordColumn, RecordTable } from './record-table.ts';
import { joinRowJson, rowJsonColumns, rowJsonWidth } from './row-json.ts';
import { orderByClause, orderOf, type OrderTerm } from './sort-order.ts';

/** The most text that one page may be, in UTF-16 code units. */
const PAGE_MAX_LENGTH = 67_108_864;

/** The most text that a page of a table with long values may be where nobody should wait for it. */
const SHORT_PAGE_MAX_LENGTH = 524_288;

/** Call it inside a transaction, so that the count and the rows are of one moment. @throws RowhouseError `validation_failed`. */
export function listRecords(
  database: RecordDatabase,
  table: RecordTable,
  request: RecordPageRequest,
): RecordPage {
  const page = readPage(database, table, request, PAGE_MAX_LENGTH);
  if (page === null) throw pageTooLarge();
  return page;
}

/** The same, but null where the rows are so long that reading them takes its time. */
export function listShortRecords(
  database: RecordDatabase,
  table: RecordTable,
  request: RecordPageRequest,
): RecordPage | null {
  return readPage(database, table, request, SHORT_PAGE_MAX_LENGTH);
}

function readPage(
  database: RecordDatabase,
  table: RecordTable,
  request: RecordPageRequest,
  maxLength: number,
): RecordPage | null {
  const filters = allOf(request.filters.map((filter) => filterCondition(table, filter)));
  const order = orderOf(table, request.sort, request.descending);
  const rows = readRows(database, table, { request, filters, order, maxLength });
  if (rows === null) return null;
  const hasMore = rows.length > request.limit;
  const shown = hasMore ? rows.slice(0, request.limit) : rows;
  return {
    table: table.name,
    rowsJson: `[${shown.map(({ json }) => json).join(',')}]`,
    returned: shown.length,
    hasMore,
    totalCount: request.countAll ? countRows(database, table, filters) : null,
    nextCursor: request.after !== null && hasMore ? writeCursor(order, shown.at(-1)?.place ?? []) : null,
  };
}

interface Selection {
  readonly request: RecordPageRequest;
  readonly filters: Condition;
  readonly order: readonly OrderTerm[];
  readonly maxLength: number;
}

interface ListedRow {
  readonly json: string;
  /** Its values in the columns that the rows are ordered by; empty where no cursor was asked for. */
  readonly place: readonly SqliteValue[];
}

/** One row more than was asked for tells that there are more. Null where they are too long together. */
function readRows(
  database: RecordDatabase,
  table: RecordTable,
  selection: Selection,
): readonly ListedRow[] | null {
  const { request, filters, order, maxLength } = selection;
  const columns = shownColumns(table, request.columns);
  const placed = request.after !== null;
  const place = placed ? order.map(({ column }) => column.quoted) : [];
  const where = placed ? allOf([filters, ...startOf(table, selection)]) : filters;
  const sql = `SELECT ${[rowJsonColumns(columns), ...place].join(', ')} FROM ${table.quoted}
    WHERE ${where.sql}${orderByClause(order)} LIMIT ? OFFSET ?`;
  const parameters = [...where.values, BigInt(request.limit + 1), BigInt(request.offset)];
  const width = rowJsonWidth(columns.length);
  const rows: ListedRow[] = [];
  let length = 0;
  for (const row of database.rows(sql, parameters)) {
    const json = joinRowJson(row.slice(0, width));
    length += json.length;
    if (length > maxLength && rows.length > 0) return null;
    rows.push({ json, place: row.slice(width) });
  }
  return rows;
}

function startOf(table: RecordTable, { request, order }: Selection): readonly Condition[] {
  if (table.order === null) throw invalidField('query.after', `cannot be used with the view ${table.name}`);
  return request.after === null || request.after === '' ? [] : [conditionAfter(order, request.after)];
}

/** A column may be called `a,b`: what is one whole name is no list. */
function shownColumns(table: RecordTable, asked: string | null): readonly RecordColumn[] {
  if (asked === null) return table.columns;
  const whole = table.columnByName.get(foldName(asked));
  if (whole !== undefined) return [whole];
  return [...new Set(asked.split(',').map((name) => findColumn(table, name, 'query.columns')))];
}

function countRows(database: RecordDatabase, table: RecordTable, filters: Condition): number {
  const sql = `SELECT count(*) FROM ${table.quoted} WHERE ${filters.sql}`;
  return Number(database.firstRow(sql, filters.values)?.[0] ?? 0);
}

function pageTooLarge(): Error {
  return invalidField(
    'query.limit',
    `asks for a page of more than ${PAGE_MAX_LENGTH} characters; ask for fewer rows, or fewer columns`,
  );
}
