import { invalidInput } from '../../../core/subject-error.ts';
import { allOf, type Condition } from '../rows/condition.ts';
import type { OrderTerm } from '../rows/sort-order.ts';
import { type BoundValue, isTextBytes, parameterFor } from '../values/bound-value.ts';

/** A letter for the type of the value, and the exact value as text. */
type WrittenValue = readonly ['n'] | readonly ['i' | 'r' | 't' | 'u' | 'b', string];

/** The values of a row in its sort columns. A text that is not valid Unicode is represented by its bytes. */
export type KeysetPosition = readonly BoundValue[];

interface WrittenCursor {
  /** The sort order that the cursor belongs to. */
  readonly order: string;
  readonly values: readonly WrittenValue[];
}

/** Encodes the position of a row in a sort order as an opaque text for clients. */
export function writeCursor(order: readonly OrderTerm[], values: KeysetPosition): string {
  const cursor: WrittenCursor = { order: describe(order), values: values.map(writeValue) };
  return Buffer.from(JSON.stringify(cursor)).toString('base64url');
}

/**
 * A condition that is true for every row after the cursor in this order.
 * @throws RowhouseError `validation_failed` for text that is not a cursor of this order.
 */
export function conditionAfter(order: readonly OrderTerm[], cursor: string): Condition {
  const values = readCursor(order, cursor);
  const alternatives = order.map((term, index) => {
    const equalBefore = order.slice(0, index).map(({ column }, position) => {
      const value = values[position] ?? null;
      return { sql: `${column.quoted} IS ${parameterFor(value)}`, values: [value] };
    });
    return allOf([...equalBefore, comesAfter(term, values[index] ?? null)]);
  });
  return {
    sql: alternatives.map(({ sql }) => `(${sql})`).join(' OR '),
    values: alternatives.flatMap((alternative) => alternative.values),
  };
}

/** NULL sorts before every value. https://www.sqlite.org/lang_select.html#orderby */
function comesAfter({ column: { quoted }, descending }: OrderTerm, value: BoundValue): Condition {
  if (value === null) return { sql: descending ? 'false' : `${quoted} IS NOT NULL`, values: [] };
  const parameter = parameterFor(value);
  if (!descending) return { sql: `${quoted} > ${parameter}`, values: [value] };
  return { sql: `${quoted} < ${parameter} OR ${quoted} IS NULL`, values: [value] };
}

function describe(order: readonly OrderTerm[]): string {
  return JSON.stringify(order.map(({ column, descending }) => [column.name, descending]));
}

function writeValue(value: BoundValue): WrittenValue {
  if (value === null) return ['n'];
  if (typeof value === 'bigint') return ['i', value.toString()];
  if (typeof value === 'number') return ['r', String(value)];
  if (typeof value === 'string') return ['t', value];
  if (isTextBytes(value)) return ['u', Buffer.from(value.textBytes).toString('base64')];
  return ['b', Buffer.from(value).toString('base64')];
}

function readCursor(order: readonly OrderTerm[], text: string): KeysetPosition {
  try {
    const cursor: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    if (isCursor(cursor) && cursor.order === describe(order) && cursor.values.length === order.length) {
      return cursor.values.map(readValue);
    }
  } catch {
    // It is not a cursor.
  }
  throw invalidInput(['after'], 'must be the next_cursor of the previous page, with the same sort and order');
}

function isCursor(value: unknown): value is WrittenCursor {
  return (
    typeof value === 'object' &&
    value !== null &&
    'order' in value &&
    'values' in value &&
    Array.isArray(value.values) &&
    value.values.every(isWrittenValue)
  );
}

function isWrittenValue(value: unknown): value is WrittenValue {
  if (!Array.isArray(value)) return false;
  const [kind, text] = value as readonly unknown[];
  return kind === 'n' || (['i', 'r', 't', 'u', 'b'].includes(String(kind)) && typeof text === 'string');
}

function readValue([kind, text = '']: WrittenValue): BoundValue {
  switch (kind) {
    case 'n':
      return null;
    case 'i':
      return BigInt.asIntN(64, BigInt(text));
    case 'r':
      return Number(text);
    case 't':
      return text;
    case 'u':
      return { textBytes: Buffer.from(text, 'base64') };
    case 'b':
      return Buffer.from(text, 'base64');
  }
}
