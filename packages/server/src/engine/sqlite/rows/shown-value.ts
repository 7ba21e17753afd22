import type { DatabaseSync } from 'node:sqlite';

import { bytesOfBase64 } from '../values/base64.ts';
import { bindValue } from '../values/bind-value.ts';
import { type BoundValue, parameterFor, parametersFor } from '../values/bound-value.ts';
import { jsonExpression } from '../values/json-expression.ts';
import { infinityOf, longIntegerOf, realWrittenAs } from '../values/numbers.ts';
import type { Condition } from './condition.ts';
import type { RecordColumn } from './record-table.ts';

/**
 * Whether the column may contain a value that differs from the client's value but looks the same in a plain answer: a BLOB and its base64,
 * 3.0 and 3 in JavaScript, an invalid byte and U+FFFD.
 */
export function isAmbiguous(value: unknown, column: RecordColumn): boolean {
  if (column.facts.format === 'tagged') return false;
  if (typeof value === 'string') return isAmbiguousText(value, column);
  if (typeof value === 'number') return column.mayContainAnything && Number.isSafeInteger(value);
  // A JavaScript client sends back a REAL of this size without a point.
  const storesBoth = column.facts.only === null && column.kind !== 'text' && column.kind !== 'real';
  return typeof value === 'bigint' && storesBoth;
}

function isAmbiguousText(value: string, column: RecordColumn): boolean {
  if (mayBeDamaged(value)) return true;
  if (!mayContainBlobs(column)) return false;
  if (bytesOfBase64(value) !== null || infinityOf(value) !== null) return true;
  return column.mayContainAnything && (column.kind === 'blob' || DIGITS.test(value));
}

const DIGITS = /^-?\d+$/;

/**
 * Whether the stored text may have other bytes than this one: invalid bytes are read as U+FFFD, and a lone surrogate of UTF-16 together
 * with the unit after it as one character beyond U+FFFF. U+FFFE and U+FFFF cannot be bound in UTF-16.
 */
export function mayBeDamaged(value: unknown): boolean {
  return typeof value === 'string' && /[\u{fffd}-\u{10ffff}]/u.test(value);
}

/** Whether the column may contain BLOBs beside other values. */
export function mayContainBlobs({ kind, facts, mayContainAnything }: RecordColumn): boolean {
  return mayContainAnything || (facts.only === null && kind !== 'blob');
}

/**
 * A condition that holds in the rows in which an answer shows this column as the client's value.
 * @throws SubjectError `validation_failed` for a value that no answer shows.
 */
export function shownAs(column: RecordColumn, value: unknown): Condition {
  const { quoted, kind, facts } = column;
  if (value === null) return { sql: `${quoted} IS NULL`, values: [] };
  if (facts.format === 'tagged') return sameAs(column, bindValue(value, kind));
  if (typeof value === 'string') return textShownAs(column, value);
  // Answers show an INTEGER of this size as a string.
  if (typeof value === 'bigint') {
    const real = realWrittenAs(value);
    return real === null ? NEVER : { sql: `typeof(${quoted}) = 'real' AND ${quoted} = ?`, values: [real] };
  }
  // The `+` removes the affinity of the column, with which a text of digits would equal a number.
  return { sql: `+${quoted} = ?`, values: [bindValue(value, 'any')] };
}

function textShownAs({ quoted, facts }: RecordColumn, text: string): Condition {
  // An ill-formed text would be bound as another one.
  if (mayBeDamaged(text) || !text.isWellFormed()) {
    return { sql: `${IS_SHOWN_AS}(json_array(${jsonExpression(quoted, facts)}), ?)`, values: [text] };
  }
  // SQLite compares a value of any length at once, which would be slow to write as JSON.
  const values = [text, bytesOfBase64(text), infinityOf(text), longIntegerOf(text)].filter(
    (each) => each !== null,
  );
  return { sql: `+${quoted} COLLATE BINARY IN (${parametersFor(values)})`, values };
}

const NEVER: Condition = { sql: 'false', values: [] };

/** A condition that the value has the same type and content. */
function sameAs({ quoted }: RecordColumn, value: BoundValue): Condition {
  const sql = `typeof(${quoted}) = '${typeOf(value)}' AND +${quoted} COLLATE BINARY = ${parameterFor(value)}`;
  return { sql, values: [value] };
}

function typeOf(value: BoundValue): string {
  if (value instanceof Uint8Array) return 'blob';
  if (typeof value === 'bigint') return 'integer';
  return typeof value === 'number' ? 'real' : 'text';
}

const IS_SHOWN_AS = 'rowhouse_is_shown_as';

/** Adds the SQL function for texts that may be damaged. It takes the value as answers write it, because they have several conversions. */
export function addShownAs(connection: DatabaseSync): void {
  const options = { deterministic: true, directOnly: true };
  connection.function(IS_SHOWN_AS, options, (json, text) => {
    const [shown] = JSON.parse(String(json)) as readonly unknown[];
    return shown === text ? 1 : 0;
  });
}
