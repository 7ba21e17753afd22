import { RowhouseError } from '../../../../core/errors.ts';
import { jsonNumberOf } from '../../../../core/json-number.ts';
import { invalidInput, type SubjectError, within } from '../../../../core/subject-error.ts';
import { isTaggedValue, type TaggedValue } from '../../../../core/tagged-value.ts';
import type { RecordKey } from '../../../project-records.ts';
import type { RecordColumn, RecordTable } from '../../rows/record-table.ts';
import { mayContainBlobs } from '../../rows/shown-value.ts';
import { bytesOfBase64 } from '../../values/base64.ts';
import type { BoundValue } from '../../values/bound-value.ts';
import { infinityOf, realWrittenAs } from '../../values/numbers.ts';
import { readTaggedValue } from '../../values/tagged-value.ts';
import { integerKey, numericKey } from './numeric-key.ts';

/** The key columns of a table. @throws RowhouseError `conflict` if it has none. */
export function keyColumnsOf(table: RecordTable): readonly RecordColumn[] {
  if (table.key !== null) return table.key;
  throw new RowhouseError(
    'conflict',
    `The rows of ${table.name} have no key; list them with filters instead.`,
  );
}

/**
 * Returns the values that a key in a path may stand for. Plain answers show several values of a column in the same way, so such a key
 * has several candidates, and the first one that finds a row is used.
 * @throws RowhouseError `not_found` for text that cannot be a value of the column, because no row has it; `validation_failed` for an
 * invalid tagged value.
 */
export function keyAlternatives(
  columns: readonly RecordColumn[],
  key: RecordKey,
): readonly (readonly BoundValue[])[] {
  const texts = columns.length === 1 ? [key.whole] : key.parts;
  if (texts.length !== columns.length) throw wrongNumberOfParts(columns);
  return columns.reduce<readonly (readonly BoundValue[])[]>(
    (lists, column, index) => {
      const values = valuesOf(texts[index] ?? '', column);
      return lists.flatMap((list) => values.map((value) => list.concat([value]))).slice(0, MAX_ALTERNATIVES);
    },
    [[]],
  );
}

/** The number of candidates multiplies with each column that has several. */
const MAX_ALTERNATIVES = 64;

function valuesOf(text: string, column: RecordColumn): readonly BoundValue[] {
  const tagged = column.facts.format === 'tagged' ? taggedValueIn(text) : null;
  return tagged === null ? valuesShownAs(text, column) : [within(['key'], () => readTaggedValue(tagged))];
}

/** The tagged value whose JSON the text is, such as `{"$blob":"AQID"}`; null for any other text. */
function taggedValueIn(text: string): TaggedValue | null {
  if (!text.startsWith('{')) return null;
  try {
    const value: unknown = JSON.parse(text);
    return isTaggedValue(value) ? value : null;
  } catch {
    return null;
  }
}

function valuesShownAs(text: string, column: RecordColumn): readonly BoundValue[] {
  if (!mayContainBlobs(column)) return [keyValue(text, column.kind)];
  return candidates(text, column).filter((value) => value !== null);
}

/** The more usual values first. */
function candidates(text: string, { kind, mayContainAnything }: RecordColumn): readonly BoundValue[] {
  const bytes = bytesOfBase64(text);
  const infinity = infinityOf(text);
  if (!mayContainAnything) {
    return [keyValueOrNull(text, kind), bytes, infinity, infinity === null ? null : text];
  }
  const numbers = numbersShownAs(text);
  const isUsual = String(numbers[0]) === text;
  const shown = isUsual ? [...numbers, text] : [text, ...numbers];
  return kind === 'blob' ? [bytes, ...shown] : [...shown, bytes];
}

/** Null for text that cannot be a value of the column. */
function keyValueOrNull(text: string, kind: RecordColumn['kind']): BoundValue {
  try {
    return keyValue(text, kind);
  } catch {
    return null;
  }
}

function keyValue(text: string, kind: RecordColumn['kind']): BoundValue {
  switch (kind) {
    case 'integer':
    case 'real':
    case 'numeric':
      return numericKey(text, kind) ?? throwNoSuchRecord();
    case 'blob':
      return bytesOfBase64(text) ?? throwNoSuchRecord();
    case 'any':
    case 'text':
      return text;
  }
}

/**
 * The numbers that a client writes as this text when it has read them. `7.0` is none of them, because it equals the integer 7, which has
 * only one spelling.
 */
function numbersShownAs(text: string): readonly (bigint | number | null)[] {
  const integer = integerKey(text);
  if (integer !== null) return [integer, realWrittenAs(integer)];
  const number = infinityOf(text) ?? jsonNumberOf(text);
  return [Number.isInteger(number) && String(number) !== text ? null : number];
}

function throwNoSuchRecord(): never {
  throw noSuchRecord();
}

export function noSuchRecord(): RowhouseError {
  return new RowhouseError('not_found', 'There is no such record.');
}

function wrongNumberOfParts(columns: readonly RecordColumn[]): SubjectError {
  const names = columns.map(({ name }) => name).join(', ');
  const message = `must be the ${columns.length} parts of the key (${names}), joined by commas`;
  return invalidInput(['key'], message);
}
