import type { DatabaseSync } from 'node:sqlite';

import type { Page, Position } from '../stored-rows.ts';

export type Row = Readonly<Record<string, unknown>>;

/** A part of a WHERE, with its values. */
export interface Condition {
  readonly sql: string;
  readonly values: readonly (number | string)[];
}

export interface PageQuery {
  /** `SELECT … FROM …`, with the two columns of the order. */
  readonly select: string;
  readonly table: string;
  /** The columns that rows are sorted by, which an index has behind those of `within`. */
  readonly order: readonly [string, string];
  readonly descending: boolean;
  /** What an index finds. */
  readonly within: readonly Condition[];
  /** What each row found has to be looked at for. */
  readonly filters: readonly Condition[];
  readonly after: Position | null;
  readonly limit: number;
}

/** A few milliseconds' worth. */
const MAX_LOOKED_AT = 20_000;

/**
 * Reads a page by its place in an index, so that no row is skipped or shown twice. It looks at so many rows and no more: where few of
 * many fit, a page may be short, or empty, and others follow all the same. So nobody's question is long for those who wait.
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

/** The last row that is looked at; null where there are fewer. */
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
