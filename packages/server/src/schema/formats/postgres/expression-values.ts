import { unquote } from '../../ddl/statement-reader.ts';
import { quoteText } from './names.ts';

/** A value of an expression, as PostgreSQL computes it. */
export interface Value {
  readonly sql: string;
  readonly kind: ValueKind;
  /** In PostgreSQL a literal has no type yet and takes the type of the other operand. */
  readonly isLiteral: boolean;
  /** Whether it can be an operand without parentheses. */
  readonly isSimple: boolean;
}

/** `small` is an integer type that is too narrow for arithmetic: the sum of two may overflow. */
export type ValueKind = 'integer' | 'small' | 'numeric' | 'real' | 'text';

/** A part of the expression may have another meaning in PostgreSQL. */
export class NotPortable extends Error {}

/** Two literals have no column that defines their type, and PostgreSQL orders texts differently. */
export function assertComparable(left: Value, right: Value, isEquality: boolean): void {
  const texts = [left, right].filter((value) => value.kind === 'text').length;
  const kinds = left.kind === right.kind || left.isLiteral || right.isLiteral;
  if (texts === 1 || (texts === 2 && !isEquality) || !kinds) throw new NotPortable();
  if (left.isLiteral && right.isLiteral) throw new NotPortable();
}

/** A sum, a difference or a product, of integers or of reals. */
export function arithmetic(left: Value, operator: string, right: Value): Value {
  const [column, other] = left.isLiteral ? [right, left] : [left, right];
  const fits = other.kind === column.kind || (other.isLiteral && other.kind === 'integer');
  const isNumber = column.kind === 'integer' || column.kind === 'real';
  if (
    column.isLiteral ||
    !isNumber ||
    !(fits || (column.kind === 'real' && other.kind === 'numeric' && other.isLiteral))
  )
    throw new NotPortable();
  return composed(`${operand(left)} ${operator} ${operand(right)}`, column.kind);
}

/** A call of one of the functions that have the same meaning in both databases. */
export function functionCall(name: string, parameters: readonly Value[]): Value {
  const [first] = parameters;
  if (first === undefined || first.isLiteral) throw new NotPortable();
  const sql = `${name}(${parameters.map((parameter) => parameter.sql).join(', ')})`;
  if (name === 'coalesce' && parameters.length > 1) {
    const alike = parameters.every(({ kind }) => kind === first.kind);
    if (!alike || first.kind === 'small') throw new NotPortable();
    return { sql, kind: first.kind, isLiteral: false, isSimple: true };
  }
  if (parameters.length !== 1 || first.kind !== 'text') throw new NotPortable();
  if (name === 'length') return { sql, kind: 'small', isLiteral: false, isSimple: true };
  if (name === 'trim') return { sql, kind: 'text', isLiteral: false, isSimple: true };
  throw new NotPortable();
}

/** A value that needs parentheses as an operand. */
export function composed(sql: string, kind: ValueKind): Value {
  return { sql, kind, isLiteral: false, isSimple: false };
}

/** The SQL of the value as an operand. */
export function operand(value: Value): string {
  return value.isSimple ? value.sql : `(${value.sql})`;
}

/** Converts hexadecimal to decimal. Rejects exponents and numbers with more digits than both can compute with. */
export function numberLiteral(text: string): Value {
  if (/^(?:\d{1,18}|0x[0-9a-f]{1,15})$/i.test(text)) {
    return { sql: String(BigInt(text)), kind: 'integer', isLiteral: true, isSimple: true };
  }
  if (/^\d{1,15}\.\d{1,15}$/.test(text)) {
    return { sql: text, kind: 'numeric', isLiteral: true, isSimple: true };
  }
  throw new NotPortable();
}

/** Not x'53', which is a blob. */
export function textLiteral(text: string): Value {
  if (!text.startsWith("'")) throw new NotPortable();
  return { sql: quoteText(unquote(text)), kind: 'text', isLiteral: true, isSimple: true };
}
