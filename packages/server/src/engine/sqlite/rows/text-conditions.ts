import { invalidInput } from '../../../core/subject-error.ts';
import { isTaggedValue } from '../../../core/tagged-value.ts';
import { bindValue } from '../values/bind-value.ts';
import type { Condition } from './condition.ts';
import type { RecordColumn } from './record-table.ts';

/** The condition of `like`. @throws SubjectError `validation_failed`, about the value. */
export function patternMatch(
  { quoted }: RecordColumn,
  value: unknown,
  escape: string | undefined,
): Condition {
  const pattern = textOf(value, 'must be a string, with % and _ as wildcards');
  // LIKE reads a pattern as a C string, so it would ignore the rest and match other rows.
  if (pattern.includes('\0')) {
    throw invalidInput([], 'must not contain a NUL character; use contains, starts_with or ends_with');
  }
  return escape === undefined
    ? { sql: `${quoted} LIKE ?`, values: [pattern] }
    : { sql: `${quoted} LIKE ? ESCAPE ?`, values: [pattern, escape] };
}

export type LiteralOperator = 'contains' | 'starts_with' | 'ends_with';

/**
 * The condition that a value, as text, has this text in it. It ignores the case of A to Z, like LIKE. It does not use LIKE and `substr`
 * on text, which stop at a NUL character.
 * @throws SubjectError `validation_failed`, about the value.
 */
export function literalMatch({ quoted }: RecordColumn, operator: LiteralOperator, value: unknown): Condition {
  const text = foldCase(textOf(value, 'must be a string, which is compared literally'));
  // Every text has the empty text in it; `substr` of an empty BLOB is NULL.
  if (text === '') return { sql: `${quoted} IS NOT NULL`, values: [] };
  if (operator === 'contains') return { sql: `instr(lower(${quoted}), ?) > 0`, values: [text] };
  const start = operator === 'starts_with' ? '1' : `-${BYTES}`;
  const end = `CAST(substr(CAST(${quoted} AS BLOB), ${start}, ${BYTES}) AS TEXT)`;
  const lengths = operator === 'starts_with' ? [text] : [text, text];
  return { sql: `lower(${end}) = ?`, values: [...lengths, text] };
}

/** The length of a text in bytes, in the encoding of the database. */
const BYTES = 'length(CAST(? AS BLOB))';

/** As `lower` of SQLite. */
function foldCase(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

function textOf(value: unknown, allowed: string): string {
  const text = typeof value === 'string' || isTaggedValue(value) ? bindValue(value, 'text') : null;
  if (typeof text !== 'string') throw invalidInput([], allowed);
  if (Buffer.byteLength(text) > MAX_BYTES) throw invalidInput([], `must be at most ${MAX_BYTES} bytes`);
  return text;
}

/** https://www.sqlite.org/limits.html#max_like_pattern_length */
const MAX_BYTES = 50_000;
