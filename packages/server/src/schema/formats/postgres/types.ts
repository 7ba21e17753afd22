import { declaredKind } from '../../declared-kind.ts';
import type { Column } from '../../model.ts';

/** `sql` is the type as PostgreSQL takes it; the columns of a foreign key have to be of one `family`. */
export interface PostgresType {
  readonly family: 'integer' | 'numeric' | 'real' | 'text' | 'bytes';
  readonly sql: string;
  /** The digits that a numeric can hold, and how many of them stand behind the point; null where it takes any. */
  readonly digits: { readonly precision: number; readonly scale: number } | null;
}

/**
 * What holds the values that a column of this declared type is made for.
 *
 * - INTEGER is bigint, as SQLite's integers have 64 bits.
 * - BOOLEAN is smallint: what is stored is 0 and 1, which PostgreSQL does not take for a boolean.
 * - Dates are text: SQLite has no type for them, and so a DATETIME may be ISO text, a Julian day or a Unix time.
 * - A column that may hold anything is text, the one type into which every value can be written. jsonb would refuse
 *   blobs and all text that is no JSON, as would one that is declared JSON.
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

/** A scale below 0 or beyond the precision is new in PostgreSQL 15, and hardly meant. */
function numeric([precision = 0, scale = 0]: readonly number[]): PostgresType {
  if (precision < 1 || precision > MAXIMUM_PRECISION || scale < 0 || scale > precision) {
    return plain('numeric', 'numeric');
  }
  return { family: 'numeric', sql: `numeric(${precision},${scale})`, digits: { precision, scale } };
}
