import { jsonNumberOf } from '../../../../core/json-number.ts';
import { infinityOf, integerOf } from '../../values/numbers.ts';
import type { SqliteValue } from '../../values/record-value.ts';

/**
 * Returns the value that a key in a path stands for in a numeric column: a number, or the text itself, which a column outside STRICT
 * tables may also contain. Null for a number in an unusual spelling, such as `007`, `+7` or `.5`. SQLite would convert such text, so no
 * row has it, and it must not find the row of another spelling.
 */
export function numericKey(text: string, kind: 'integer' | 'real' | 'numeric'): SqliteValue | null {
  if (!CONVERTED.test(text)) return kind === 'real' ? (infinityOf(text) ?? text) : text;
  if (kind === 'integer') return integerKey(text) ?? otherNumber(text);
  const number = jsonNumberOf(text);
  // SQLite itself converts the text, to an integer if it is one.
  return number !== null && kind === 'numeric' ? text : number;
}

/** The integer that answers show as this text; null for any other text. */
export function integerKey(text: string): bigint | null {
  const integer = integerOf(text);
  return String(integer) === text ? integer : null;
}

/** An INTEGER column outside STRICT tables also stores numbers that are no integers. */
function otherNumber(text: string): number | null {
  return String(Number(text)) === text ? Number(text) : null;
}

/** A text that a numeric column converts. https://www.sqlite.org/datatype3.html#type_affinity */
const CONVERTED = /^[ \t-\r]*[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?[ \t-\r]*$/i;
