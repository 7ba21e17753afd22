import { declaredKind } from '../../declared-kind.ts';
import type { Column } from '../../model.ts';

/** `sql` is the PostgreSQL type. Both columns of a foreign key must have the same `family`. */
export interface PostgresType {
  readonly family: 'integer' | 'numeric' | 'real' | 'text' | 'bytes';
  readonly sql: string;
  /** The precision and scale of a numeric; null for any. */
  readonly digits: { readonly precision: number; readonly scale: number } | null;
}

/**
 * The PostgreSQL type for the values that a column of this declared type is meant for.
 *
 * - INTEGER is bigint, because SQLite's integers have 64 bits.
 * - BOOLEAN is smallint: the stored values 0 and 1 are not valid for PostgreSQL's boolean.
 * - Dates are text: SQLite has no type for them, so a DATETIME may be ISO text, a Julian day or a Unix time.
 * - A column that may hold anything is text, which can hold every value. jsonb would reject blobs and text that is not JSON, even in a
 *   column declared JSON.
 */
export function postgresType(column: Column): PostgresType {
  const { kind, digits } = declaredKind(column);
  switch (kind) {
    case 'integer':
      return plain('integer', 'bigint');
    case 'boolean':
      return plain('integer', 'smallint');
    case 'real':
      return plain('real', 'double precision');
    case 'decimal':
      return numeric(digits);
    case 'bytes':
      return plain('bytes', 'bytea');
    case 'text':
    case 'moment':
    case 'json':
    case 'other':
      return plain('text', 'text');
  }
}

function plain(family: PostgresType['family'], sql: string): PostgresType {
  return { family, sql, digits: null };
}

/** https://www.postgresql.org/docs/15/datatype-numeric.html#DATATYPE-NUMERIC-DECIMAL */
const MAXIMUM_PRECISION = 1000;

/** A negative scale, or one greater than the precision, is new in PostgreSQL 15 and is probably a mistake. */
function numeric([precision = 0, scale = 0]: readonly number[]): PostgresType {
  if (precision < 1 || precision > MAXIMUM_PRECISION || scale < 0 || scale > precision) {
    return plain('numeric', 'numeric');
  }
  return { family: 'numeric', sql: `numeric(${precision},${scale})`, digits: { precision, scale } };
}
