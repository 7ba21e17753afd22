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
 * - A length is no limit in SQLite, so VARCHAR(10) is text.
 * - Dates are text: SQLite has no type for them, and so a DATETIME may be ISO text, a Julian day or a Unix time.
 * - ANY, no type, and a type that only SQLite's rules for affinity make a number (INTERVAL, POINT) are text, the one
 *   type into which every value can be written. jsonb would refuse blobs and all text that is no JSON.
 */
export function postgresType(column: Column): PostgresType {
  const { base, precision, scale } = readType(column.declaredType);
  if (BOOLEANS.has(base)) return plain('integer', 'smallint');
  switch (column.affinity) {
    case 'INTEGER':
      return INTEGER.test(base) ? plain('integer', 'bigint') : TEXT;
    case 'REAL':
      return plain('real', 'double precision');
    case 'NUMERIC':
      return NUMERICS.has(base) ? numeric(precision, scale) : TEXT;
    case 'BLOB':
      return base.includes('BLOB') ? plain('bytes', 'bytea') : TEXT;
    case 'TEXT':
      return TEXT;
  }
}

const BOOLEANS = new Set(['BOOLEAN', 'BOOL']);
const NUMERICS = new Set(['NUMERIC', 'DECIMAL', 'DEC', 'NUMBER']);
/** INT, INTEGER, BIGINT, INT8, UNSIGNED BIG INT; not POINT or INTERVAL. */
const INTEGER = /(?:^|[^A-Z]|TINY|SMALL|MEDIUM|BIG|LONG|U)INT(?:EGER)?\d*(?:[^A-Z]|$)/;
const TEXT = plain('text', 'text');

function plain(family: PostgresType['family'], sql: string): PostgresType {
  return { family, sql, digits: null };
}

/** https://www.postgresql.org/docs/15/datatype-numeric.html#DATATYPE-NUMERIC-DECIMAL */
const MAXIMUM_PRECISION = 1000;

/** A scale below 0 or beyond the precision is new in PostgreSQL 15, and hardly meant. */
function numeric(precision: number | null, scale: number): PostgresType {
  if (
    precision === null ||
    precision < 1 ||
    precision > MAXIMUM_PRECISION ||
    scale < 0 ||
    scale > precision
  ) {
    return plain('numeric', 'numeric');
  }
  return { family: 'numeric', sql: `numeric(${precision},${scale})`, digits: { precision, scale } };
}

function readType(declared: string): {
  readonly base: string;
  readonly precision: number | null;
  readonly scale: number;
} {
  const [, base = '', precision, scale] =
    /^([^(]*?)\s*(?:\(\s*([+-]?\d+)\s*(?:,\s*([+-]?\d+)\s*)?\))?\s*$/.exec(declared.toUpperCase()) ?? [];
  return {
    base: base === '' ? declared.toUpperCase() : base.replaceAll(/\s+/g, ' '),
    precision: precision === undefined ? null : Number(precision),
    scale: Number(scale ?? 0),
  };
}
