import type { DatabaseSync } from 'node:sqlite';

import type { Page, Position } from '../stored-rows.ts';

export type Row = Readonly<Record<string, unknown>>;

/** A part of a WHERE clause, with its values. */
export interface Condition {
  readonly sql: string;
  readonly values: readonly (number | string)[];
}

export interface PageQuery {
  /** `SELECT … FROM …`, with the two columns of the order. */
  readonly select: string;
  readonly table: string;
  /** The sort columns, which an index has after the columns of `within`. */
  readonly order: readonly [string, string];
  readonly descending: boolean;
  /** Conditions that an index evaluates. */
  readonly within: readonly Condition[];
  /** Conditions that are evaluated for each row. */
  readonly filters: readonly Condition[];
  readonly after: Position | null;
  readonly limit: number;
}

/** The maximum number of rows examined for a page: a few milliseconds. */
const MAX_LOOKED_AT = 20_000;

/**
 * Reads a page by its position in an index, so that no row is skipped or repeated. It examines a limited number of rows, so
 * a page may be short or empty even if more pages follow. So no query delays others for long.
 */
export function readPage(database: DatabaseSync, query: PageQuery): Page<Row> {
  const { order, descending, after, filters, limit } = query;
  const place = `(${order.join(', ')})`;
  const [beyond, upTo, direction] = descending ? ['<', '>=', 'DESC'] : ['>', '<=', 'ASC'];
  const within = [
    ...query.within,
    ...(after === null ? [] : [{ sql: `${place} ${beyond} (?, ?)`, values: after }]),
  ];
  const orderBy = `ORDER BY ${order.map((column) => `${column} ${direction}`).join(', ')}`;
  const boundary = filters.length === 0 ? null : boundaryOf(database, query, { within, orderBy });
  const looked = boundary === null ? [] : [{ sql: `${place} ${upTo} (?, ?)`, values: boundary }];
  const where = allOf([...within, ...looked, ...filters]);
  const rows = database
    .prepare(`${query.select} WHERE ${where.sql} ${orderBy} LIMIT ?`)
    .all(...where.values, limit + 1);
  const last = rows[limit - 1];
  if (rows.length > limit && last !== undefined) {
    return { rows: rows.slice(0, limit), next: positionOf(last, order) };
  }
  return { rows, next: boundary };
}

/** Returns the last row to examine; null if there are fewer rows. */
function boundaryOf(
  database: DatabaseSync,
  { table, order }: PageQuery,
  { within, orderBy }: { readonly within: readonly Condition[]; readonly orderBy: string },
): Position | null {
  const { sql, values } = allOf(within);
  const row = database
    .prepare(
      `SELECT ${order.join(', ')} FROM ${table} WHERE ${sql} ${orderBy} LIMIT 1 OFFSET ${MAX_LOOKED_AT - 1}`,
    )
    .get(...values);
  return row === undefined ? null : positionOf(row, order);
}

function positionOf(row: Row, [first, second]: PageQuery['order']): Position {
  return [Number(row[first]), Number(row[second])];
}

function allOf(conditions: readonly Condition[]): Condition {
  return {
    sql: conditions.map(({ sql }) => sql).join(' AND '),
    values: conditions.flatMap(({ values }) => values),
  };
}
