import { invalidInput, within } from '../../../core/subject-error.ts';
import type { RecordPage, RecordPageRequest } from '../../project-records.ts';
import { done, needs, type Routed } from '../protocol/routed.ts';
import { allOf, type Condition } from '../rows/condition.ts';
import { countRows } from '../rows/count-rows.ts';
import { filterConditions } from '../rows/filter-conditions.ts';
import { projectionOf } from '../rows/projection.ts';
import { explainingReads, isTooLarge } from '../rows/read-errors.ts';
import type { RecordDatabase } from '../rows/record-database.ts';
import type { RecordTable } from '../rows/record-table.ts';
import { joinRowJson, rowJsonColumns, rowJsonWidth } from '../rows/row-json.ts';
import { mayBeDamaged } from '../rows/shown-value.ts';
import { orderByClause, orderOf, type OrderTerm } from '../rows/sort-order.ts';
import type { SqliteValue } from '../values/record-value.ts';
import { locatorColumns, locatorIn } from './keys/row-locator.ts';
import { conditionAfter, type KeysetPosition, writeCursor } from './page-cursor.ts';

/** The maximum length of one page, in UTF-16 code units. */
const PAGE_MAX_LENGTH = 67_108_864;

/** The maximum length of a page that is read as short work, in UTF-16 code units. */
const SHORT_PAGE_MAX_LENGTH = 524_288;

/** Call it inside a transaction, so that the count matches the rows. @throws RowhouseError `validation_failed`. */
export function listRecords(
  database: RecordDatabase,
  table: RecordTable,
  request: RecordPageRequest,
): RecordPage {
  const page = readPage(database, table, request, PAGE_MAX_LENGTH);
  if (page === null) throw pageTooLarge();
  return page;
}

/** The same, but a page of long rows is forwarded to a reader. */
export function listShortRecords(
  database: RecordDatabase,
  table: RecordTable,
  request: RecordPageRequest,
): Routed<RecordPage, 'reader'> {
  const page = readPage(database, table, request, SHORT_PAGE_MAX_LENGTH);
  return page === null ? needs('reader') : done(page);
}

/** Null if the rows together are longer than `maxLength`. */
function readPage(
  database: RecordDatabase,
  table: RecordTable,
  request: RecordPageRequest,
  maxLength: number,
): RecordPage | null {
  const filters = within(['filters'], () => filterConditions(table, request.filters));
  const order = within(['sort'], () => orderOf(table, request));
  return explainingReads(table, () => {
    const read = readRows(database, table, { request, filters, order, maxLength });
    if (read === null) return null;
    const { rows, hasMore, lastPosition } = read;
    return {
      table: table.name,
      rowsJson: `[${rows.join(',')}]`,
      returned: rows.length,
      hasMore,
      totalCount: request.countAll ? countRows(database, table, filters) : null,
      nextCursor: request.after !== null && hasMore ? writeCursor(order, lastPosition) : null,
    };
  });
}

interface Selection {
  readonly request: RecordPageRequest;
  readonly filters: Condition;
  readonly order: readonly OrderTerm[];
  readonly maxLength: number;
}

interface ReadRows {
  /** Each a JSON object. */
  readonly rows: readonly string[];
  readonly hasMore: boolean;
  /** The last row's values in the sort columns; empty if no cursor was requested. */
  readonly lastPosition: KeysetPosition;
}

/** Reads one row more than requested to determine `hasMore`. Null if the rows together are too long. */
function readRows(database: RecordDatabase, table: RecordTable, selection: Selection): ReadRows | null {
  const { request, order, maxLength } = selection;
  const columns = within(['columns'], () => projectionOf(table, request.columns));
  const width = rowJsonWidth(columns.length);
  const sortColumns = request.after === null ? [] : order.map(({ column }) => column.quoted);
  const limits = { limit: request.limit + 1, offset: request.offset };
  const { sql, values } = select([rowJsonColumns(columns), ...sortColumns], table, selection, limits);
  const rows: string[] = [];
  let lastPosition: readonly SqliteValue[] = [];
  let hasMore = false;
  let length = 0;
  try {
    for (const row of database.rows(sql, values)) {
      hasMore = rows.length === request.limit;
      if (hasMore) break;
      const json = joinRowJson(row.slice(0, width));
      length += json.length;
      if (length > maxLength && rows.length > 0) return null;
      rows.push(json);
      lastPosition = row.slice(width);
    }
  } catch (error) {
    // The additional row is not sent, so it may be too large.
    hasMore = rows.length === request.limit && error instanceof Error && isTooLarge(error);
    if (!hasMore) throw error;
  }
  const unreadable = hasMore && lastPosition.some((value) => mayBeDamaged(value));
  return {
    rows,
    hasMore,
    lastPosition: unreadable ? rereadPosition(database, table, selection, rows.length - 1) : lastPosition,
  };
}

/** The sort values of a row of the page, with texts that are not valid Unicode as bytes. */
function rereadPosition(
  database: RecordDatabase,
  table: RecordTable,
  selection: Selection,
  offset: number,
): KeysetPosition {
  const columns = selection.order.map(({ column }) => column);
  const { sql, values } = select([locatorColumns(columns)], table, selection, { limit: 1, offset });
  return locatorIn(columns, database.firstRow(sql, values) ?? []).values;
}

function select(
  expressions: readonly string[],
  table: RecordTable,
  selection: Selection,
  { limit, offset }: { readonly limit: number; readonly offset: number },
): Condition {
  const { request, filters, order } = selection;
  const where = request.after === null ? filters : allOf([filters, ...startOf(table, selection)]);
  const sql = `SELECT ${expressions.join(', ')} FROM ${table.quoted}
    WHERE ${where.sql}${orderByClause(order)} LIMIT ? OFFSET ?`;
  return { sql, values: [...where.values, BigInt(limit), BigInt(offset)] };
}

function startOf(table: RecordTable, { request, order }: Selection): readonly Condition[] {
  if (table.order === null) {
    throw invalidInput(
      ['after'],
      `cannot be used with ${table.name}: it has no key that identifies its rows`,
    );
  }
  return request.after === null || request.after === '' ? [] : [conditionAfter(order, request.after)];
}

function pageTooLarge(): Error {
  return invalidInput(
    ['limit'],
    `results in a page of more than ${PAGE_MAX_LENGTH} characters; request fewer rows or columns`,
  );
}
